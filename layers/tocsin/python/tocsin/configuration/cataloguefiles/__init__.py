"""Service catalogues in files: YAML of tocsin's own, entities of Backstage, and CSV."""

from tocsin.configuration.cataloguefiles.loading import LoadedCatalogue, load_catalogue

__all__ = ["LoadedCatalogue", "load_catalogue"]
