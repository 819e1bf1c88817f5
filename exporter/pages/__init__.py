"""The dashboard page and reports: words, tables, charts."""
