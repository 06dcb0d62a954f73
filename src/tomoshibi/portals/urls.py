from django.urls import include, path

app_name = "portals"
urlpatterns = [
    path("customer/", include("tomoshibi.portals.customer.urls")),
    path("field/", include("tomoshibi.portals.field.urls")),
]
