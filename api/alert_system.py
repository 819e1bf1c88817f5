"""`alert_system`: alert rules, notification channels and webhooks."""

from api.container import ready
from exporter.alerting.alert_system import AlertSystem
from exporter.domain.alerts import AlertRule, NotificationChannel

alert_system: AlertSystem = ready(lambda app: app.alerts)

__all__ = ["AlertRule", "AlertSystem", "NotificationChannel", "alert_system"]
