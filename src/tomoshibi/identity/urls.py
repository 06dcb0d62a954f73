from django.urls import path

from tomoshibi.identity import views

app_name = "identity"
urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/review/", views.review, name="review"),
    path("people/invite/", views.invite, name="invite"),
    path("people/invited/<int:invitation_id>/", views.invited, name="invited"),
    path("people/<int:user_id>/", views.person, name="person"),
    path("people/<int:user_id>/leave/", views.leave, name="leave"),
    path("people/<int:user_id>/second-factor/", views.second_factor, name="second_factor"),
    path("invitation/<str:token>/", views.accept, name="accept"),
    path("roles/", views.roles, name="roles"),
    path("roles/new/", views.role, name="new_role"),
    path("roles/<slug:code>/", views.role, name="role"),
    path("departments/new/", views.department, name="new_department"),
    path("departments/<slug:code>/", views.department, name="department"),
    path("deeds/", views.deeds, name="deeds"),
    path("views/keep/", views.keep_view, name="keep_view"),
    path("views/<int:view_id>/forget/", views.forget_view, name="forget_view"),
    path("views/<int:view_id>/open/", views.open_with_view, name="open_with_view"),
    path("trail/<str:model>/<int:row_id>/", views.trail, name="trail"),
    path("trail/<str:model>/", views.trail_by_key, name="trail_by_key"),
]
