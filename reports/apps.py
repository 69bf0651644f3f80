from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        from relportal.core import saved
        from reports import panels, receivers, tasks  # noqa: F401
        from reports.queries import decision_search, readiness_search, report_search, review_search

        # Asks and decisions.
        decision_search.offer()
        report_search.offer()
        saved.provide("asks", "reports:ask-list")
        saved.provide("decisions", "reports:decision-list")
        # Launches.
        readiness_search.offer()
        saved.provide("readiness", "reports:readiness-list")
        # Reviews.
        review_search.offer()
        saved.provide("reviews", "reports:review-list")
