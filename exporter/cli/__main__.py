"""`python -m exporter.cli`: the same as the command `lotofacil`."""

from exporter.cli import main

main()
