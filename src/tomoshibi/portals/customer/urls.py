from django.urls import path

from tomoshibi.portals.customer import views

urlpatterns = [
    path("", views.home, name="customer_home"),
    path("bills/", views.bills, name="customer_bills"),
    path("bills/<int:bill_id>/", views.bill, name="customer_bill"),
    path("bills/<int:bill_id>/statement.pdf", views.statement, name="customer_statement"),
]
