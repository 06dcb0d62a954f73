from django.urls import path

from tomoshibi.console import portal_access, rerouting, views

app_name = "console"
urlpatterns = [
    path("", views.front_door, name="today"),
    path("months/", views.months, name="months"),
    path("next-day/", views.next_day, name="next_day"),
    path("go-on/", views.go_on, name="go_on"),
    path("search/", views.search, name="search"),
    path("customers/<int:customer_id>/", views.customer, name="customer"),
    path("customers/<int:customer_id>/portal/", portal_access.open_portal, name="open_portal"),
    path("customers/<int:customer_id>/portal/again/", portal_access.invite_again, name="invite_to_portal_again"),
    path("customers/<int:customer_id>/portal/block/", portal_access.block, name="block_portal"),
    path("customers/<int:customer_id>/portal/unblock/", portal_access.unblock, name="unblock_portal"),
    path("messages/<int:inbound_id>/reroute/", rerouting.reroute, name="reroute"),
    path("impact/master/", views.impact_of_master, name="impact_of_master"),
    path("impact/master/after/", views.after_change_of_master, name="after_change_of_master"),
]
