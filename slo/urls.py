from django.urls import path
from django.views.generic import TemplateView

app_name = "slo"
urlpatterns = [
    path("", TemplateView.as_view(template_name="slo/overview.html"), name="overview"),
]
