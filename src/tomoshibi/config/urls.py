"""The URL map: each room's own ``urls`` under its name, sign-in, and the engineer's health check."""

from importlib.util import find_spec

from django.urls import include, path

from tomoshibi.config import health, interface
from tomoshibi.config.rooms import ROOMS
from tomoshibi.identity import views
from tomoshibi.portals.field.views import label as field

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("accounts/", include("allauth.urls")),
    path("L/<str:token>", field.scanned, name="label"),  # short and in upper case: it stands in every label's code
    path("api/v1/", interface.api.urls),
    path("apply/", include("tomoshibi.portals.apply.urls")),  # short: it stands in advertisements
    path("contact/", include("tomoshibi.portals.contact.urls")),
    path("language/", views.language, name="set_language"),  # the name that Django's own has
    *(
        path("" if room == "console" else f"{room}/", include(f"tomoshibi.{room}.urls"))
        for room in ROOMS
        if find_spec(f"tomoshibi.{room}.urls")
    ),
]
