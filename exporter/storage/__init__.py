"""The SQL room: tables, migrations, and functions over a connection."""
