"""Addresses of the clerks' pages."""

from django.urls import path

from tomoshibi.applications.views import intake as views

urlpatterns = [
    path("intake/", views.intakes, name="intakes"),
    path("intake/accept/", views.accept_many, name="accept_many"),
    path("intake/<int:intake_id>/", views.intake, name="intake"),
    path("intake/<int:intake_id>/panel/", views.intake_panel, name="intake_panel"),
    path("intake/<int:intake_id>/accept/", views.accept, name="accept"),
    path("intake/<int:intake_id>/examine/", views.examine, name="examine"),
    path("intake/<int:intake_id>/pass/", views.let_pass, name="let_pass"),
    path("intake/<int:intake_id>/ask/", views.ask, name="ask"),
    path("intake/<int:intake_id>/change/", views.change, name="change"),
    path("intake/<int:intake_id>/end/", views.withdraw, name="withdraw"),
    path("intake/<int:intake_id>/confirm/", views.confirm_registration, name="confirm_registration"),
    path("intake/<int:intake_id>/send-back/", views.send_back, name="send_back"),
    path("intake/<int:intake_id>/start/", views.complete, name="complete"),
    path("intake/<int:intake_id>/cancel/", views.cancel, name="cancel"),
    path("files/<int:upload_id>/", views.file, name="file"),
    path("agencies/", views.agencies, name="agencies"),
    path("agencies/new/", views.new_agency, name="new_agency"),
    path("agencies/<int:agency_id>/", views.agency, name="agency"),
]
