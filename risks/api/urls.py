"""What this app adds to the API; found by relportal.api."""

from __future__ import annotations

from django.urls import path
from rest_framework.routers import BaseRouter

from risks.api.benefits import BenefitViewSet
from risks.api.delegations import DelegationViewSet
from risks.api.estimates import EstimateViewSet
from risks.api.exceptions import ExceptionViewSet
from risks.api.heat_map import RiskHeatMap
from risks.api.hygiene import RiskHygiene
from risks.api.imports import RiskImport
from risks.api.portfolio import PortfolioViewSet
from risks.api.proposals import ProposalViewSet
from risks.api.ratings import RatingViewSet
from risks.api.recovery import RecoveryObjectiveViewSet, RecoveryTestViewSet
from risks.api.risks import RiskViewSet
from risks.api.scales import ScaleViewSet
from risks.api.signing import ExceptionPolicy, ExecutiveSignatures
from risks.api.tolerance import RiskMoneySettings, ToleranceViewSet
from risks.api.treatments import TreatmentViewSet


def register(router: BaseRouter) -> None:
    router.register("risks", RiskViewSet, basename="risk")
    router.register("risk-ratings", RatingViewSet, basename="risk-rating")
    router.register("risk-treatments", TreatmentViewSet, basename="risk-treatment")
    router.register("risk-scales", ScaleViewSet, basename="risk-scale")
    router.register("exceptions", ExceptionViewSet, basename="exception")
    router.register("delegations", DelegationViewSet, basename="delegation")
    router.register("recovery-objectives", RecoveryObjectiveViewSet, basename="recovery-objective")
    router.register("recovery-tests", RecoveryTestViewSet, basename="recovery-test")
    router.register("risk-proposals", ProposalViewSet, basename="risk-proposal")
    router.register("risk-estimates", EstimateViewSet, basename="risk-estimate")
    router.register("risk-benefits", BenefitViewSet, basename="risk-benefit")
    router.register("risk-portfolio", PortfolioViewSet, basename="risk-portfolio")
    router.register("risk-tolerance", ToleranceViewSet, basename="risk-tolerance")


urlpatterns = [
    path("risk-heat-map/", RiskHeatMap.as_view(), name="risk-heat-map"),
    path("exception-policy/", ExceptionPolicy.as_view(), name="exception-policy"),
    path("executive-signatures/", ExecutiveSignatures.as_view(), name="executive-signatures"),
    path("risk-import/", RiskImport.as_view(), name="risk-import"),
    path("risk-hygiene/", RiskHygiene.as_view(), name="risk-hygiene"),
    path("risk-money-settings/", RiskMoneySettings.as_view(), name="risk-money-settings"),
]
