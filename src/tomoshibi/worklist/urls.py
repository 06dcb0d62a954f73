from django.urls import path

from tomoshibi.worklist import views

app_name = "worklist"
urlpatterns = [
    path("", views.items, name="items"),
    path("take/", views.take, name="take"),
    path("<int:item_id>/", views.item, name="item"),
    path("<int:item_id>/close/", views.close, name="close"),
]
