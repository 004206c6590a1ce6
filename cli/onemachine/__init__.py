"""tocsin on one machine: all stages in one process, on one file, behind Alertmanager's API."""
