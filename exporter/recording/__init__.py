"""The one road of a record: accepted, kept on disk, delivered, and what became of it."""
