"""Observability as code: dashboards, reference pages, Alertmanager configuration."""
