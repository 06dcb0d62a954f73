from django.urls import path

from tomoshibi.portals.field.views import site

urlpatterns = [
    path("", site.shell, name="field"),
    path("manifest.webmanifest", site.manifest, name="field_manifest"),
    path("worker.js", site.service_worker, name="field_worker"),
    path("today.json", site.today, name="field_today"),
    path("entries/", site.entries, name="field_entries"),
    path("scan/", site.scan, name="field_scan"),
]
