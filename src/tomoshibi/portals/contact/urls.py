from django.urls import path

from tomoshibi.portals.contact import views

app_name = "contact"
urlpatterns = [
    path("", views.form, name="form"),
    path("done/", views.done, name="done"),
]
