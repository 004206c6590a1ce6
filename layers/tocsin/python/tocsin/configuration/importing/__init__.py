"""Another tool's configuration, written as a `tocsin.yaml`."""

from tocsin.configuration.importing.alertmanager import Imported, import_alertmanager

__all__ = ["Imported", "import_alertmanager"]
