"""Tests of the rules: what promtool says, and what every alert must have."""
