"""The real servers that tests run against, one file each. The fixtures are in tests/conftest.py."""
