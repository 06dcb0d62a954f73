"""Addresses of applications: each matter has a part of its own."""

from tomoshibi.applications.urls import intake

app_name = "applications"
urlpatterns = [*intake.urlpatterns]
