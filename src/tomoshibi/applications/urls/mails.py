"""Addresses of mails, of applications on the telephone, and of the agencies' sheet."""

from django.urls import path

from tomoshibi.applications.views import mails as views

urlpatterns = [
    path("mails/", views.mails, name="mails"),
    path("mails/<int:inbound_id>/", views.mail, name="mail"),
    path("mails/<int:inbound_id>/panel/", views.mail_panel, name="mail_panel"),
    path("mails/<int:inbound_id>/reply/", views.reply, name="mail_reply"),
    path("mails/<int:inbound_id>/nothing/", views.dismiss, name="mail_dismiss"),
    path("mails/<int:inbound_id>/add/", views.add, name="mail_add"),
    path("mails/<int:inbound_id>/sheet/<int:attachment_id>/", views.sheet, name="mail_sheet"),
    path("phone/", views.phone, name="phone"),
    path("phone/<str:key>/", views.phone, name="phone_draft"),
    path("sheet.xlsx", views.blank_sheet, name="blank_sheet"),
]
"""``sheet.xlsx`` is the published template: anybody may fetch it."""
