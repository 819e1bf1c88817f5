"""The use cases: what the product does, over storage and what it calls."""
