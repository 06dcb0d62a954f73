"""Addresses of changes."""

from django.urls import path

from tomoshibi.applications.views import changes as views

urlpatterns = [
    path("changes/", views.changes, name="changes"),
    path("changes/new/", views.new_change, name="new_change"),
    path("changes/of/", views.changes_of, name="changes_of"),
    path("changes/<int:change_id>/", views.change, name="change"),
    path("changes/<int:change_id>/panel/", views.change_panel, name="change_panel"),
    path("changes/<int:change_id>/accept/", views.accept, name="accept_change"),
    path("changes/<int:change_id>/decline/", views.decline, name="decline_change"),
    path("changes/<int:change_id>/correct/", views.correct, name="correct_change"),
    path("changes/<int:change_id>/cancel/", views.cancel, name="cancel_change"),
    path("changes/<int:change_id>/answer/", views.answer, name="answer_change"),
]
