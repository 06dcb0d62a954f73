from django.urls import path

from tomoshibi.fieldwork.views import qualifications, tickets

app_name = "fieldwork"
urlpatterns = [
    path("tickets/", tickets.tickets, name="tickets"),
    path("tickets/<int:ticket_id>/", tickets.ticket, name="ticket"),
    path("tickets/<int:ticket_id>/panel/", tickets.ticket_panel, name="ticket_panel"),
    path("tickets/<int:ticket_id>/leader/", tickets.assign, name="assign"),
    path("tickets/<int:ticket_id>/crew/", tickets.add_member, name="add_member"),
    path("tickets/<int:ticket_id>/crew/<int:member_id>/remove/", tickets.remove_member, name="remove_member"),
    path("tickets/<int:ticket_id>/close/", tickets.close, name="close"),
    path("tickets/<int:ticket_id>/withdraw/", tickets.withdraw, name="withdraw"),
    path("tickets/<int:ticket_id>/ticket.pdf", tickets.ticket_pdf, name="ticket_pdf"),
    path("tickets/<int:ticket_id>/photos/<int:file_id>.jpg", tickets.photo, name="photo"),
    path("entries/<uuid:key>/decide/", tickets.decide, name="decide"),
    path("spare-labels/", tickets.spares, name="spares"),
    path("leaders/", qualifications.qualifications, name="qualifications"),
    path("leaders/new/", qualifications.new_qualification, name="new_qualification"),
    path("leaders/<int:qualification_id>/", qualifications.qualification, name="qualification"),
]
