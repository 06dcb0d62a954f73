from django.urls import URLPattern, path

from tomoshibi.masters.register import MASTERS, Master
from tomoshibi.masters.views import banks, days, prices, proposals, sheets, spot
from tomoshibi.masters.views.edge import view_of
from tomoshibi.ui.pages import DO

app_name = "masters"


def _sheet(master: Master) -> list[URLPattern]:
    """The pages that every master has."""
    base, name = f"{master.slug}/rows/", master.code
    return [
        path(base, view_of(master, "list", sheets.list_rows), name=f"{name}_list"),
        path(f"{base}<int:row_id>/", view_of(master, "row", sheets.row), name=f"{name}_row"),
        path(
            f"{base}propose/", view_of(master, "propose", sheets.propose, right=DO, posts=True), name=f"{name}_propose"
        ),
        path(
            f"{base}import/", view_of(master, "import", sheets.import_csv, right=DO, posts=True), name=f"{name}_import"
        ),
        path(f"{base}export.csv", view_of(master, "export", sheets.export_csv), name=f"{name}_export"),
        path(
            f"{master.slug}/changes/<int:proposal_id>/",
            view_of(master, "proposal", proposals.proposal, posts=True),
            name=f"{name}_proposal",
        ),
    ]


urlpatterns = [
    path("", sheets.overview, name="overview"),
    path("changes/", proposals.waiting, name="proposals"),
    path("levy/", prices.levy, name="levy"),
    path("fuel/", prices.fuel, name="fuel"),
    path("spot/", spot.prices, name="spot"),
    path("spot/fetch/", spot.fetch, name="spot_fetch"),
    path("spot/import/", spot.import_file, name="spot_new"),
    path("spot/files/<int:import_id>/", spot.imported, name="spot_import"),
    path("calendar/", days.calendar, name="calendar"),
    path("calendar/generate/", days.generate, name="generate"),
    path("holidays/", days.holidays, name="holidays"),
    path("debits/", days.debits_agent_a, name="debits_agent_a"),
    path("debits/b/", days.debits_agent_b, name="debits_agent_b"),
    path("debits/secondary/", days.debits_agent_secondary, name="debits_agent_secondary"),
    path("banks/", banks.banks, name="banks"),
    path("banks/renew/", banks.renew, name="renew_banks"),
    path("banks/bring-in/", banks.bring_in, name="bring_in_banks"),
    *(pattern for master in MASTERS.values() for pattern in _sheet(master)),
    path("banks/<str:code>/", banks.branches, name="branches"),
]
