from django.urls import path

from tomoshibi.supply import views

app_name = "supply"
urlpatterns = [
    path("points/", views.points, name="points"),
    path("points/new/", views.new_point, name="new_point"),
    path("points/<int:supply_point_id>/", views.point, name="point"),
    path("points/<int:supply_point_id>/panel/", views.point_panel, name="point_panel"),
    path("points/<int:supply_point_id>/change/", views.change_point, name="change_point"),
    path("points/<int:supply_point_id>/meter/", views.hang_meter, name="hang_meter"),
]
