from django.urls import path

from tomoshibi.applications.views import works as views

urlpatterns = [
    path("works/", views.works, name="works"),
    path("works/new/", views.new, name="new_work"),
    path("works/desks/", views.desks, name="work_desks"),
    path("works/now/", views.ask_now, name="works_now"),
    path("works/<int:case_id>/", views.work, name="work"),
    path("works/<int:case_id>/panel/", views.panel, name="work_panel"),
    path("works/<int:case_id>/change/", views.change, name="work_change"),
    path("works/<int:case_id>/send/", views.send, name="work_send"),
    path("works/<int:case_id>/agree/", views.agree, name="work_agree"),
    path("works/<int:case_id>/disagree/", views.disagree, name="work_disagree"),
    path("works/<int:case_id>/taken/<int:sending_id>/", views.taken, name="work_taken"),
    path("works/<int:case_id>/papers/<int:sending_id>.<slug:kind>", views.paper, name="work_paper"),
    path("works/<int:case_id>/<slug:what>/", views.told, name="work_told"),
]
