"""The HTTP server of exporter and retrainer: waitress, with limits that no client can get round."""
