from django.urls import path

from tomoshibi.console import rerouting, views

app_name = "console"
urlpatterns = [
    path("", views.front_door, name="today"),
    path("months/", views.months, name="months"),
    path("next-day/", views.next_day, name="next_day"),
    path("go-on/", views.go_on, name="go_on"),
    path("search/", views.search, name="search"),
    path("customers/<int:customer_id>/", views.customer, name="customer"),
    path("customers/<int:customer_id>/portal/", views.open_portal, name="open_portal"),
    path("messages/<int:inbound_id>/reroute/", rerouting.reroute, name="reroute"),
    path("impact/master/", views.impact_of_master, name="impact_of_master"),
]
