"""Rights per procedure, answered to Django's ``has_perm``."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from tomoshibi.identity import queries


class ProcedureBackend(ModelBackend):
    """``user.has_perm("RB6.do")`` from the rights of the user's roles, read once per request."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        if not user_obj.is_active:
            return False
        if user_obj.is_superuser:
            return True
        rights = getattr(user_obj, "_procedure_rights", None)
        if rights is None:
            rights = user_obj._procedure_rights = queries.rights_of(user_id=user_obj.pk)
        return perm in rights
