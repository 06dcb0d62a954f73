"""What a result code means for us, and what follows by rule."""

from datetime import datetime

from tomoshibi.collection import values
from tomoshibi.collection.models import ResultCode
from tomoshibi.identity import operations as identity
from tomoshibi.storage import db


@db.transaction_required
def set_code(*, code: values.ResultCode, now: datetime, actor_id: int | None) -> None:
    """Lay a row over the standard's code: for one agent, or for all where none is named."""
    ResultCode.objects.update_or_create(
        agent=code.agent,
        code=code.code,
        defaults={
            "meaning": code.meaning.value,
            "text_ja": code.text_ja,
            "text_zh": code.text_zh,
            "text_en": code.text_en,
            "treatment": code.treatment.value,
        },
    )
    identity.record_deed(
        procedure=values.PROCEDURE,
        what=f"result code {code.agent} {code.code}: {code.meaning.value}, then {code.treatment.value}",
        at=now,
        subject=f"collection.result_code:{code.agent}:{code.code}",
        actor_id=actor_id,
    )
