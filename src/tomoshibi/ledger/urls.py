from django.urls import path

from tomoshibi.ledger import views

app_name = "ledger"
urlpatterns = [
    path("", views.trial_balance, name="trial_balance"),
    path("accounts/", views.chart, name="chart"),
    path("accounts/<str:code>/", views.account, name="account"),
    path("entries/", views.journal, name="journal"),
    path("entries/<int:entry_id>/", views.entry, name="entry"),
    path("journal.csv", views.export, name="export"),
    path("months/", views.months, name="months"),
    path("months/propose/", views.propose, name="propose"),
    path("months/steps/<int:step_id>/", views.decide, name="decide"),
]
