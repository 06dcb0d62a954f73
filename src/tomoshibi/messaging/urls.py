"""Addresses of messages."""

from django.urls import path

from tomoshibi.messaging import views

app_name = "messaging"
urlpatterns = [
    path("mailboxes/", views.mailboxes, name="mailboxes"),
    path("mailboxes/new/", views.new_mailbox, name="new_mailbox"),
    path("mailboxes/look/", views.look, name="look"),
    path("mailboxes/<int:mailbox_id>/", views.mailbox, name="mailbox"),
    path("files/<int:attachment_id>/", views.attachment, name="attachment"),
    path("inbound/<int:inbound_id>/raw/", views.raw, name="raw"),
    path("", views.deliveries, name="deliveries"),
    path("texts/", views.link, name="link"),
    path("texts/now/", views.ask_now, name="ask_now"),
    path("phones/", views.phones, name="phones"),
    path("<int:delivery_id>/panel/", views.delivery_panel, name="delivery_panel"),
]
