"""Alertmanager's own configuration files: read, checked and turned into a tenant's."""

from tocsin.configuration.alertmanager.leftovers import NotTaken
from tocsin.configuration.alertmanager.loading import load_alertmanager, parse_alertmanager

__all__ = ["NotTaken", "load_alertmanager", "parse_alertmanager"]
