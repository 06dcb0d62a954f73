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
]
