"""Typed settings: read once at the edge, checked all together, then frozen."""

from exporter.config.faults import InvalidSettings
from exporter.config.kinds import database_url
from exporter.config.settings import Settings, load_settings

__all__ = ["InvalidSettings", "Settings", "database_url", "load_settings"]
