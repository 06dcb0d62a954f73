"""Addresses of applications: each matter has a part of its own."""

from tomoshibi.applications.urls import groupwork, intake

app_name = "applications"
urlpatterns = [*intake.urlpatterns, *groupwork.urlpatterns]
