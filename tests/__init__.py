"""Tests: the packages path by path, and what needs real servers in integration/."""
