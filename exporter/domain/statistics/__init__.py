"""Figures that can be believed: chance baseline, evidence, trend, calibration, threshold advice."""
