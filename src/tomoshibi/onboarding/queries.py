"""How far the setting up of the house is."""

from tomoshibi.onboarding.models import SetupStep


def done_steps() -> dict[str, str]:
    """Code of each step that was done -> what came out."""
    return dict(SetupStep.objects.order_by("done_at", "code").values_list("code", "outcome"))
