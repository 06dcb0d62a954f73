from django.urls import path

from tomoshibi.billing.views import bills, exceptions, printing, runs

app_name = "billing"
urlpatterns = [
    path("runs/", runs.all_runs, name="runs"),
    path("runs/new/", runs.new_run, name="new_run"),
    path("rebill/", runs.rebill, name="rebill"),
    path("runs/<int:run_id>/", runs.run, name="run"),
    path("runs/<int:run_id>/parts/", runs.parts, name="run_parts"),
    path("runs/<int:run_id>/compared/", runs.compared, name="run_compared"),
    path("runs/<int:run_id>/bills/", runs.run_bills, name="run_bills"),
    path("runs/<int:run_id>/again/", runs.again, name="run_again"),
    path("runs/<int:run_id>/cancel/", runs.cancel, name="cancel_run"),
    path("runs/<int:run_id>/examined/", runs.examined, name="examined"),
    path("runs/<int:run_id>/confirm/", runs.confirm, name="confirm"),
    path("runs/<int:run_id>/issue/", runs.issue, name="issue"),
    path("runs/<int:run_id>/print/", printing.make, name="print"),
    path("runs/<int:run_id>/exceptions/", exceptions.of_run, name="run_exceptions"),
    path("exceptions/", exceptions.of_all_runs, name="exceptions"),
    path("exceptions/<str:key>/panel/", exceptions.panel, name="exception_panel"),
    path("exceptions/<str:key>/", exceptions.exception, name="exception"),
    path("exceptions/release/<str:scope>/", exceptions.release_chosen, name="release_chosen"),
    path("exceptions/hold/<str:scope>/", exceptions.hold_chosen, name="hold_chosen"),
    path("runs/<int:run_id>/contracts/<int:contract_id>/decide/", exceptions.decide, name="decide"),
    path("runs/<int:run_id>/contracts/<int:contract_id>/correct/", exceptions.correct, name="correct"),
    path("runs/<int:run_id>/corrections/<int:adjustment_id>/withdraw/", exceptions.withdraw, name="withdraw"),
    path("bills/", bills.all_bills, name="bills"),
    path("bills/<int:bill_id>/", bills.bill, name="bill"),
    path("bills/<int:bill_id>/panel/", bills.panel, name="bill_panel"),
    path("bills/<int:bill_id>/statement.pdf", bills.statement, name="statement"),
    path("bills/<int:bill_id>/replay/", bills.replay, name="replay"),
    path("bills/<int:bill_id>/reissue/", bills.reissue, name="reissue"),
    path("printing/", printing.batches, name="batches"),
    path("printing/files/<int:file_id>/", printing.file, name="file"),
    path("checks/", runs.checks_page, name="checks"),
    path("checks/<str:code>/", runs.check, name="check"),
]
