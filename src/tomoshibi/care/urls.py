from django.urls import path

from tomoshibi.care.views import announcements, enquiries

app_name = "care"
urlpatterns = [
    path("enquiries/", enquiries.enquiries, name="enquiries"),
    path("enquiries/take/", enquiries.take_many, name="take_many"),
    path("enquiries/phone/", enquiries.phone, name="phone"),
    path("enquiries/kinds/", enquiries.kinds, name="kinds"),
    path("enquiries/texts/", enquiries.texts, name="texts"),
    path("enquiries/texts/new/", enquiries.text, name="new_text"),
    path("enquiries/texts/<int:text_id>/", enquiries.text, name="text"),
    path("enquiries/figures/", enquiries.figures, name="figures"),
    path("enquiries/<int:enquiry_id>/", enquiries.enquiry, name="enquiry"),
    path("enquiries/<int:enquiry_id>/panel/", enquiries.enquiry_panel, name="enquiry_panel"),
    path("enquiries/<int:enquiry_id>/contact/", enquiries.show_contact, name="show_contact"),
    path("enquiries/<int:enquiry_id>/answer/", enquiries.answer, name="answer"),
    path("enquiries/<int:enquiry_id>/note/", enquiries.note, name="note"),
    path("enquiries/<int:enquiry_id>/assign/", enquiries.assign, name="assign"),
    path("enquiries/<int:enquiry_id>/tie/", enquiries.tie, name="tie"),
    path("enquiries/<int:enquiry_id>/hand-over/", enquiries.hand_over, name="hand_over"),
    path("enquiries/<int:enquiry_id>/close/", enquiries.close, name="close"),
    path("announcements/", announcements.announcements, name="announcements"),
    path("announcements/new/", announcements.edit, name="new_announcement"),
    path("announcements/limit/", announcements.limit, name="announcement_limit"),
    path("announcements/<int:announcement_id>/", announcements.announcement, name="announcement"),
    path("announcements/<int:announcement_id>/edit/", announcements.edit, name="edit_announcement"),
    path("announcements/<int:announcement_id>/send/", announcements.send, name="send_announcement"),
    path("announcements/<int:announcement_id>/confirm/", announcements.confirm_it, name="confirm_announcement"),
    path("announcements/<int:announcement_id>/send-back/", announcements.send_back, name="send_back_announcement"),
    path("announcements/<int:announcement_id>/withdraw/", announcements.withdraw, name="withdraw_announcement"),
]
