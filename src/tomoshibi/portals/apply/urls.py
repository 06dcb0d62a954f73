from django.urls import path

from tomoshibi.portals.apply import views

app_name = "apply"
urlpatterns = [
    path("", views.start, name="start"),
    path("plan/", views.plan, name="plan"),
    path("prices/", views.prices, name="prices"),
    path("place/", views.place, name="place"),
    path("you/", views.you, name="you"),
    path("check/", views.check, name="check"),
    path("done/", views.done, name="done"),
    path("files/", views.upload, name="upload"),
    path("files/<int:upload_id>/remove/", views.remove_file, name="remove_file"),
    path("save/", views.save, name="save"),
    path("status/", views.status, name="status"),
    path("resume/<str:token>/", views.resume, name="resume"),
    path("repair/<str:token>/", views.repair, name="repair"),
    path("places/", views.places, name="places"),
]
