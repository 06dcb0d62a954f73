from django.urls import path

from tomoshibi.portals.customer import changes, enquiries, papers, usage, views

urlpatterns = [
    path("", views.home, name="customer_home"),
    path("usage/", usage.usage, name="customer_usage"),
    path("changes/", changes.changes, name="customer_changes"),
    path("changes/new/<slug:what>/", changes.new_change, name="customer_new_change"),
    path("changes/<int:change_id>/", changes.change, name="customer_change"),
    path("changes/<int:change_id>/cancel/", changes.cancel, name="customer_cancel_change"),
    path("documents/", papers.documents, name="customer_documents"),
    path("documents/<int:notice_id>/paper.pdf", papers.paper, name="customer_paper"),
    path("bills/", views.bills, name="customer_bills"),
    path("bills/<int:bill_id>/", views.bill, name="customer_bill"),
    path("bills/<int:bill_id>/statement.pdf", views.statement, name="customer_statement"),
    path("enquiries/", enquiries.enquiries, name="customer_enquiries"),
    path("enquiries/<int:enquiry_id>/", enquiries.enquiry, name="customer_enquiry"),
    path("announcements/", enquiries.announcements, name="customer_announcements"),
    path("announcements/mail/", enquiries.announcements_by_mail, name="announcements_by_mail"),
    path("announcements/<int:announcement_id>/", enquiries.announcement, name="customer_announcement"),
]
