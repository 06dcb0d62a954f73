"""Addresses of applications: each matter has a part of its own."""

from tomoshibi.applications.urls import changes, groupwork, intake, mails, notices, switching, works

app_name = "applications"
urlpatterns = [
    *intake.urlpatterns,
    *mails.urlpatterns,
    *groupwork.urlpatterns,
    *switching.urlpatterns,
    *works.urlpatterns,
    *changes.urlpatterns,
    *notices.urlpatterns,
]
