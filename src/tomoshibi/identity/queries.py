"""Users and their rights, and the record of deeds."""

from datetime import datetime

from django.db.models import Count

from tomoshibi.identity.models import Deed, RoleRight, User


def rights_of(*, user_id: int) -> set[str]:
    """Rights as ``RB6.do``; doing and confirming include viewing."""
    rows = RoleRight.objects.filter(role__in=User.roles.through.objects.filter(user_id=user_id).values("role_id"))
    found = {f"{procedure}.{right}" for procedure, right in rows.values_list("procedure", "right")}
    return found | {f"{item.split('.')[0]}.view" for item in found}


def deeds_by_procedure(*, since: datetime) -> dict[str, int]:
    rows = Deed.objects.filter(at__gte=since).values("procedure").annotate(n=Count("id"))
    return {row["procedure"]: row["n"] for row in rows}
