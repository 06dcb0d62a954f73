"""A bank account that comes with a wish: the mandate is written down at once, the wish keeps only its last digits."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from tomoshibi.masters import queries as masters
from tomoshibi.parties import operations as parties
from tomoshibi.parties import queries as party_queries
from tomoshibi.parties.values import BankAccountKind, MandateState


class NoAgent(ValueError):
    """No collection agent draws from bank accounts for us."""


def drafted(wanted: Mapping[str, Any], *, account_id: int, today: date) -> dict[str, Any]:
    """
    What is wanted, with a draft of the mandate (``mandate_id``) instead of the whole account number.

    :raises NoAgent: if nobody could debit it
    :raises RowsRefused: or another refusal of ``parties.draft_mandate``
    """
    found = dict(wanted)
    if not found.get("bank_code") or (found.get("mandate_id") and not str(found["account_number"]).isdigit()):
        return found
    agents = [agent.code for agent in masters.debit_agents(on=today)]
    if not agents:
        raise NoAgent(_("no collection agent is set up: nobody could debit the account"))
    made = parties.draft_mandate(
        account_id=account_id,
        agent=found.get("agent") or agents[0],
        bank_code=found["bank_code"],
        branch_code=found["branch_code"],
        account_kind=BankAccountKind(found.get("account_kind") or BankAccountKind.ORDINARY.value),
        account_number=found["account_number"],
        holder=found["holder"],
    )
    return found | {"account_number": made.masked_number, "mandate_id": made.id}


def drop_draft(wanted: Mapping[str, Any], *, on: date, reason: str) -> None:
    """The wish comes to nothing: a mandate that never left us ends with it."""
    mandate_id = wanted.get("mandate_id")
    found = party_queries.mandate(mandate_id=mandate_id) if mandate_id else None
    if found is not None and found.state is MandateState.DRAFT:
        parties.stop_mandate(mandate_id=found.id, on=on, reason=reason)
