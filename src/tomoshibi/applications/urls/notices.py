"""Addresses of documents."""

from django.urls import path

from tomoshibi.applications.views import notices as views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/of/", views.notices_of, name="notices_of"),
    path("notices/post/", views.post_queue, name="post_queue"),
    path("notices/texts/", views.templates, name="notice_templates"),
    path("notices/texts/new/<slug:kind>/", views.new_template, name="new_notice_template"),
    path("notices/texts/<int:template_id>/", views.template, name="notice_template"),
    path("notices/texts/<int:template_id>/decide/", views.decide_template, name="decide_notice_template"),
    path("notices/<int:notice_id>/", views.notice, name="notice"),
    path("notices/<int:notice_id>/paper.pdf", views.notice_pdf, name="notice_pdf"),
    path("notices/<int:notice_id>/<slug:name>/", views.step, name="notice_step"),
]
