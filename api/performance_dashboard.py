"""`dashboard`: the page inside the user's own application, and the reports."""

from api.container import ready
from exporter.app import build_dashboard
from exporter.pages.dashboard.performance_dashboard import PerformanceDashboard

dashboard: PerformanceDashboard = ready(build_dashboard)

__all__ = ["PerformanceDashboard", "dashboard"]
