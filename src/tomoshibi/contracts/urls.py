from django.urls import path

from tomoshibi.contracts import views

app_name = "contracts"
urlpatterns = [
    path("", views.contracts, name="contracts"),
    path("new/", views.new, name="new"),
    path("<int:contract_id>/", views.contract, name="contract"),
    path("<int:contract_id>/panel/", views.contract_panel, name="contract_panel"),
    path("<int:contract_id>/change/", views.change, name="change"),
    path("on-plan/", views.on_plan, name="on_plan"),
    path("<int:contract_id>/exempt/", views.exempt, name="exempt"),
    path("<int:contract_id>/outage/", views.suffer_outage, name="suffer_outage"),
    path("outages/<int:outage_id>/", views.outage, name="outage"),
    path("particulars/<int:change_id>/", views.particulars, name="particulars"),
    path("exemptions/<int:exemption_id>/", views.exemption, name="exemption"),
    path("of-customer/<int:customer_id>/", views.of_customer, name="of_customer"),
    path("of-point/<int:supply_point_id>/", views.of_point, name="of_point"),
]
