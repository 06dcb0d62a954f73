from django.urls import path

from tomoshibi.metering.views import demand
from tomoshibi.metering.views import readings as views

app_name = "metering"
urlpatterns = [
    path("files/", views.files, name="files"),
    path("files/upload/", views.upload, name="upload"),
    path("files/<int:file_id>/", views.file, name="file"),
    path("files/<int:file_id>/panel/", views.file_panel, name="file_panel"),
    path("files/<int:file_id>/raw/", views.file_raw, name="file_raw"),
    path("files/<int:file_id>/read/", views.read_again, name="read_again"),
    path("portals/", views.portals, name="portals"),
    path("portals/new/", views.new_portal, name="new_portal"),
    path("portals/fetch/", views.fetch, name="fetch"),
    path("portals/<str:area>/", views.portal, name="portal"),
    path("gaps/", views.gaps, name="gaps"),
    path("gaps/all/", views.all_gaps, name="all_gaps"),
    path("gaps/ask/", views.ask_chosen, name="ask_chosen"),
    path("gaps/watch/", views.watch_now, name="watch"),
    path("gaps/<int:gap_id>/", views.gap, name="gap"),
    path("gaps/<int:gap_id>/panel/", views.gap_panel, name="gap_panel"),
    path("gaps/<int:gap_id>/agree/", views.agree, name="agree"),
    path("gaps/<int:gap_id>/ask/", views.ask, name="ask"),
    path("points/<int:supply_point_id>/", views.point, name="point"),
    path("demand/", demand.demands, name="demands"),
    path("demand/collect/", demand.collect, name="collect_demand"),
    path("demand/upload/", demand.upload, name="upload_demand"),
    path("demand/<int:demand_id>/", demand.demand, name="demand"),
    path("demand/<int:demand_id>/panel/", demand.demand_panel, name="demand_panel"),
    path("demand/<int:demand_id>/agree/", demand.agree, name="agree_demand"),
    path("demand/<int:demand_id>/equipment/", demand.change_equipment, name="change_equipment"),
    path("demand/<int:demand_id>/contract/", demand.agree_contract, name="agree_contract_demand"),
    path("evidence/<int:agreed_id>/", views.evidence, name="evidence"),
]
