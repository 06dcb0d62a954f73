from django.urls import path

from tomoshibi.applications.views.switching import cases, line, mediations, searches

urlpatterns = [
    path("switching/", cases.cases, name="switching"),
    path("switching/new/", cases.new_case, name="new_switching"),
    path("switching/ask/", cases.ask_chosen, name="switching_ask"),
    path("switching/submit/", cases.submit_chosen, name="switching_submit"),
    path("switching/cancel/", cases.cancel_chosen, name="switching_cancel"),
    path("switching/line/", line.link, name="switching_link"),
    path("switching/line/now/", line.ask_now, name="switching_now"),
    path("switching/<int:case_id>/", cases.case, name="switching_case"),
    path("switching/<int:case_id>/panel/", cases.case_panel, name="switching_panel"),
    path("switching/<int:case_id>/change/", cases.change, name="switching_change"),
    path("switching/<int:case_id>/reconnect/", cases.reconnect, name="switching_reconnect"),
    path("switching/<int:case_id>/<slug:name>/", cases.step, name="switching_step"),
    path("mediations/", mediations.requests, name="mediations"),
    path("mediations/agree/", mediations.agree_chosen, name="agree_chosen"),
    path("mediations/look/", mediations.look, name="look_ask"),
    path("mediations/<int:request_id>/", mediations.request_page, name="mediation"),
    path("mediations/<int:request_id>/answer/", mediations.answer, name="mediation_answer"),
    path("points/", searches.searches, name="point_searches"),
    path("points/new/", searches.new_search, name="new_point_search"),
    path("points/<int:search_id>/", searches.search, name="point_search"),
]
