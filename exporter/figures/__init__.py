"""The one set of figures that everything that shows or judges reads."""
