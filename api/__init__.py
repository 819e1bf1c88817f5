"""The documented Python names, ready to import."""
