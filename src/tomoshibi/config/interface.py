"""The interface for programs: one description (OpenAPI), the routers of the rooms."""

from ninja import NinjaAPI

from tomoshibi.applications import api as applications
from tomoshibi.applications.operations import TooOften

api = NinjaAPI(
    title="Tomoshibi",
    version="1",
    description="Applications of agencies. A key (Authorization: Bearer) opens what its scopes name, and nothing else.",
    urls_namespace="interface",
    docs_url=None,
)
api.add_router("", applications.router)
for refusal in (applications.NotAllowed, TooOften):
    api.add_exception_handler(refusal, applications.answer_refusal)
