"""Addresses of applications: each matter has a part of its own."""

from django.urls import URLPattern

app_name = "applications"
urlpatterns: list[URLPattern] = []
