from django.urls import path

from tomoshibi.worker import views

app_name = "worker"
urlpatterns = [
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/<int:job_id>/", views.job, name="job"),
    path("jobs/<int:job_id>/panel/", views.panel, name="job_panel"),
    path("jobs/<int:job_id>/progress/", views.progress, name="progress"),
    path("jobs/<int:job_id>/retry/", views.retry, name="retry"),
    path("jobs/retry/", views.retry_chosen, name="retry_chosen"),
]
