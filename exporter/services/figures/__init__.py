"""Figures for REST, dashboard and reports: one file for each type."""
