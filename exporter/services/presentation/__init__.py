"""How figures are put before people: words, tables and charts, for the page and the reports."""
