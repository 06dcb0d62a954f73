from django.urls import include, path

from tomoshibi.portals.customer import papers

app_name = "portals"
urlpatterns = [
    path("customer/", include("tomoshibi.portals.customer.urls")),
    path("documents/<str:token>/", papers.by_link, name="document"),
    path("field/", include("tomoshibi.portals.field.urls")),
]
