"""Addresses of applications: each matter has a part of its own."""

from tomoshibi.applications.urls import groupwork, intake, switching

app_name = "applications"
urlpatterns = [*intake.urlpatterns, *groupwork.urlpatterns, *switching.urlpatterns]
