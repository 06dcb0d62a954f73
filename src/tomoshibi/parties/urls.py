from django.urls import path

from tomoshibi.parties import views

app_name = "parties"
urlpatterns = [
    path("customers/", views.customers, name="customers"),
    path("customers/new/", views.new_customer, name="new_customer"),
    path("customers/<int:customer_id>/", views.customer, name="customer"),
    path("customers/<int:customer_id>/panel/", views.customer_panel, name="customer_panel"),
    path("customers/<int:customer_id>/change/", views.change_customer, name="change_customer"),
    path("customers/<int:customer_id>/contacts/", views.show_contacts, name="show_contacts"),
    path("accounts/<int:account_id>/", views.account, name="account"),
    path("accounts/<int:account_id>/invoicing/", views.change_invoicing, name="change_invoicing"),
    path("accounts/<int:account_id>/address/", views.change_billing_address, name="change_billing_address"),
    path("accounts/<int:account_id>/mandate/", views.draft_mandate, name="draft_mandate"),
    path("mandates/", views.mandates, name="mandates"),
    path("mandates/<int:mandate_id>/", views.mandate, name="mandate"),
    path("mandates/<int:mandate_id>/number/", views.show_account_number, name="show_account_number"),
    path("mandates/<int:mandate_id>/move/", views.move_mandate, name="move_mandate"),
    path("places/", views.places, name="places"),
]
