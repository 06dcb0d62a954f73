from django.urls import path

from tomoshibi.console import views

app_name = "console"
urlpatterns = [
    path("", views.today, name="today"),
]
