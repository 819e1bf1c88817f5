"""Rules, channels, history and advice."""
