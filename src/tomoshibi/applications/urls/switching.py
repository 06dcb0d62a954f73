from django.urls import path

from tomoshibi.applications.views import switching as views

urlpatterns = [
    path("switching/", views.cases, name="switching"),
    path("switching/new/", views.new_case, name="new_switching"),
    path("switching/ask/", views.ask_chosen, name="switching_ask"),
    path("switching/submit/", views.submit_chosen, name="switching_submit"),
    path("switching/cancel/", views.cancel_chosen, name="switching_cancel"),
    path("switching/line/", views.link, name="switching_link"),
    path("switching/line/now/", views.ask_now, name="switching_now"),
    path("switching/<int:case_id>/", views.case, name="switching_case"),
    path("switching/<int:case_id>/panel/", views.case_panel, name="switching_panel"),
    path("switching/<int:case_id>/change/", views.change, name="switching_change"),
    path("switching/<int:case_id>/reconnect/", views.reconnect, name="switching_reconnect"),
    path("switching/<int:case_id>/<slug:name>/", views.step, name="switching_step"),
    path("mediations/", views.requests, name="mediations"),
    path("mediations/agree/", views.agree_chosen, name="agree_chosen"),
    path("mediations/look/", views.look, name="look_ask"),
    path("mediations/<int:request_id>/", views.request_page, name="mediation"),
    path("mediations/<int:request_id>/answer/", views.answer, name="mediation_answer"),
    path("points/", views.searches, name="point_searches"),
    path("points/new/", views.new_search, name="new_point_search"),
    path("points/<int:search_id>/", views.search, name="point_search"),
]
