from django.urls import path

from tomoshibi.onboarding import views

app_name = "onboarding"
urlpatterns = [
    path("outside/switching/", views.switching_world, name="switching_world"),
    path("outside/switching/happens/<slug:what>/", views.happens, name="switching_happens"),
]
