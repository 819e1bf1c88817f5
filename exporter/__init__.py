"""Watches lottery predictors: records, scores, exposes, reports."""
