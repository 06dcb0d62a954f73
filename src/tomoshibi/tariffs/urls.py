from django.urls import path

from tomoshibi.tariffs import views

app_name = "tariffs"
urlpatterns = [
    path("plans/", views.plans, name="plans"),
    path("plans/<slug:code>/", views.plan, name="plan"),
    path("versions/<int:version_id>.yaml", views.document, name="document"),
    path("propose/", views.propose, name="propose"),
    path("proposals/<int:proposal_id>/", views.proposal, name="proposal"),
    path("proposals/<int:proposal_id>/publish/", views.publish, name="publish"),
    path("proposals/<int:proposal_id>/reject/", views.reject, name="reject"),
]
