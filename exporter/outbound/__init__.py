"""What this product calls: mail, webhooks, Prometheus, Alertmanager, another exporter."""
