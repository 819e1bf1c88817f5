"""Decides when a model is trained again, and runs the training."""
