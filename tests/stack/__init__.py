"""Tests of what is generated: dashboards and reference pages."""
