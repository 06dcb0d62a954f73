from django.urls import path

from tomoshibi.tariffs.views import drafts, plans, quotes

app_name = "tariffs"
urlpatterns = [
    path("plans/", plans.plans, name="plans"),
    path("plans/<slug:code>/", plans.plan, name="plan"),
    path("versions/<int:version_id>.yaml", plans.document, name="document"),
    path("propose/", plans.propose, name="propose"),
    path("proposals/<int:proposal_id>/", plans.proposal, name="proposal"),
    path("proposals/<int:proposal_id>/publish/", plans.publish, name="publish"),
    path("proposals/<int:proposal_id>/reject/", plans.reject, name="reject"),
    path("quote/", quotes.quote, name="quote"),
    path("drafts/", drafts.drafts, name="drafts"),
    path("drafts/new/", drafts.new_draft, name="new_draft"),
    path("drafts/<int:draft_id>/", drafts.draft, name="draft"),
    path("drafts/<int:draft_id>/save/", drafts.save, name="save_draft"),
    path("drafts/<int:draft_id>/text/", drafts.draft_text, name="draft_text"),
    path("drafts/<int:draft_id>/abandon/", drafts.abandon, name="abandon_draft"),
    path("drafts/<int:draft_id>/resume/", drafts.resume, name="resume_draft"),
    path("drafts/<int:draft_id>/propose/", drafts.propose_draft, name="propose_draft"),
]
