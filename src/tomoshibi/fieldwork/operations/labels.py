"""Labels: made once per thing, printed as often as needed with a reason, voided and never deleted."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import uuid4

import polars as pl
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db.models import F, Max, Q
from django.utils.translation import gettext as _

from tomoshibi.documents import operations as documents
from tomoshibi.fieldwork import keys, queries, sheets, signing, values
from tomoshibi.fieldwork.models import Label, LabelKey, LabelPrint, LabelTemplate, PrintedLabel, Seal
from tomoshibi.storage import bulk, db

_SHEET_KIND = "fieldwork.labels"


class NoReason(ValueError):
    """A label that was printed before, or that shall hold no longer, needs a reason."""


class NotSpare(ValueError):
    """The label that should be hung hangs somewhere else already."""


class AlreadyVoid(ValueError):
    """The label does not hold any more."""


@db.transaction_required
def make_labels(*, wanted: Sequence[values.Wanted], now: datetime, actor_id: int | None = None) -> list[values.Label]:
    """
    Give every thing a label; one that has a label keeps it.

    :param wanted: each thing once
    :returns: the labels that hold, in the order asked for
    """
    subjects = [one.subject for one in wanted]
    there = {label.subject for label in queries.labels_of(subjects=subjects)}
    new = [one for one in wanted if one.subject not in there]
    if new:
        frame = pl.DataFrame(
            {
                "id": bulk.allocate_ids("fieldwork_label", len(new)),
                "subject": [one.subject for one in new],
                "caption": [json.dumps(one.caption, ensure_ascii=False) for one in new],
            }
        )
        fixed = {
            "made_at": now.isoformat(),
            "made_by_id": actor_id,
            "print_count": 0,
            "void_reason": "",
        }
        bulk.copy_in("fieldwork_label", frame.with_columns(pl.lit(v).alias(k) for k, v in fixed.items()))
    by_subject = {label.subject: label for label in queries.labels_of(subjects=subjects)}
    return [by_subject[subject] for subject in subjects]


def _current_key(now: datetime) -> tuple[int, Ed25519PrivateKey]:
    """The key that signs now, and its number; a key that is new to the database gets the next number."""
    private = keys.private_key()
    public = private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    row = LabelKey.objects.filter(public=public).first()
    if row is None:
        newest = LabelKey.objects.aggregate(no=Max("no"))["no"] or 0
        row = LabelKey.objects.create(no=newest + 1, public=public, made_at=now)
    return row.no, private


@db.transaction_required
def print_labels(
    *,
    serials: Sequence[int],
    template: str,
    now: datetime,
    company: str = "",
    reason: str = "",
    actor_id: int | None = None,
) -> values.LabelPrint:
    """
    Print labels as one PDF, in the order given; the file is kept.

    The key of the installation signs; after a change of keys older prints stay genuine, their number is the same.

    :param template: code of a layout
    :param reason: needed as soon as one of them was printed before
    :raises NoReason: for a second print without one
    :raises AlreadyVoid: if one of them does not hold any more
    :raises queries.NoSuchLabel: if one of them does not exist
    :raises queries.NoSuchTemplate: for an unknown layout
    :raises sheets.CodeTooSmall: if the printer cannot draw the code in the room of the layout
    """
    layout = queries.template(code=template)
    rows = Label.objects.select_for_update().in_bulk(list(serials))
    chosen = [_usable(rows.get(serial), serial) for serial in serials]
    if any(label.print_count for label in chosen) and not reason.strip():
        raise NoReason(_("One of the labels was printed before: say why it is printed again."))
    key_no, private = _current_key(now)
    texts = [
        sheets.address(settings.BASE_URL, signing.token(label.serial, key_no=key_no, key=private)) for label in chosen
    ]
    sheet = sheets.data(list(zip(chosen, texts, strict=True)), template=layout, company=company)
    pdf = documents.typeset(template=sheets.TYPST, data=sheet)
    stored = documents.store(
        name=f"labels-{now:%Y%m%d}-{len(chosen)}.pdf", content=pdf, kind=_SHEET_KIND, now=now, actor_id=actor_id
    )
    made = LabelPrint.objects.create(
        template=template, count=len(chosen), reason=reason.strip()[:200], file_id=stored.id, printed_at=now,
        printed_by_id=actor_id,
    )  # fmt: skip
    PrintedLabel.objects.bulk_create(PrintedLabel(label_print=made, label_id=label.serial) for label in chosen)
    Label.objects.filter(id__in=list(serials)).update(print_count=F("print_count") + 1)
    return queries.to_print(made)


def _usable(row: Label | None, serial: int) -> values.Label:
    if row is None:
        raise queries.NoSuchLabel(str(serial))
    if row.void_at is not None:
        raise AlreadyVoid(_("Label %(number)s is void.") % {"number": values.number_of(row.id)})
    return queries.to_label(row)


@db.transaction_required
def void_labels(*, serials: Sequence[int], reason: str, now: datetime, actor_id: int | None = None) -> int:
    """
    Labels hold no longer; scanning them says so from now on. Those that are void already stay as they are.

    :returns: how many became void
    :raises NoReason: without a reason
    """
    if not reason.strip():
        raise NoReason(_("Say why the labels hold no longer."))
    rows = Label.objects.filter(id__in=list(serials), void_at=None)
    return rows.update(void_at=now, void_by_id=actor_id, void_reason=reason.strip()[:200])


@db.transaction_required
def replace_label(*, serial: int, reason: str, now: datetime, actor_id: int | None = None) -> values.Label:
    """
    Void a label (lost, copied, damaged) and give its thing a new one.

    :raises AlreadyVoid: if it does not hold any more
    :raises NoReason: without a reason
    """
    old = _usable(Label.objects.select_for_update().filter(id=serial).first(), serial)
    void_labels(serials=[serial], reason=reason, now=now, actor_id=actor_id)
    wanted = values.Wanted(subject=old.subject, caption=old.caption)
    new = make_labels(wanted=[wanted], now=now, actor_id=actor_id)[0]
    Label.objects.filter(id=serial).update(replaced_by_id=new.serial)
    return new


@db.transaction_required
def make_spares(*, count: int, now: datetime, actor_id: int | None = None) -> list[values.Label]:
    """Labels for nothing yet: a crew carries them, and hangs one where a label is lost, damaged or was never there."""
    rows = Label.objects.bulk_create(
        Label(subject=f"{values.SPARE}:{uuid4()}", caption=[], made_at=now, made_by_id=actor_id) for _n in range(count)
    )
    return [queries.to_label(row) for row in rows]


@db.transaction_required
def use_spare(
    *, serial: int, subject: str, caption: Sequence[str], reason: str, now: datetime, actor_id: int | None = None
) -> values.Label:
    """
    A spare label hangs at a thing now; the one before it is void, and the seal belongs to the new one.

    :param reason: needed where the thing had a label
    :raises NotSpare: if it belongs to something else
    :raises AlreadyVoid: if it does not hold
    :raises NoReason: if another label becomes void and nobody says why
    :raises queries.NoSuchLabel: if it does not exist
    """
    both = Label.objects.select_for_update().filter(Q(id=serial) | Q(subject=subject, void_at=None))
    rows = {row.id: row for row in both.order_by("id")}
    spare = _usable(rows.get(serial), serial)
    if spare.subject == subject:
        return spare
    if not spare.subject.startswith(f"{values.SPARE}:"):
        raise NotSpare(_("Label %(number)s is no spare label.") % {"number": spare.number})
    old = next((row for row in rows.values() if row.subject == subject), None)
    if old is not None:
        void_labels(serials=[old.id], reason=reason, now=now, actor_id=actor_id)
        Label.objects.filter(id=old.id).update(replaced_by_id=serial)
        caption = old.caption
    Label.objects.filter(id=serial).update(subject=subject, caption=[line for line in caption if line])
    Seal.objects.filter(subject=subject, removed_at=None).update(label_id=serial)
    return queries.label(serial=serial)


@db.transaction_required
def define_template(*, template: values.Template) -> None:
    """Keep a layout of the company's own; one with the code of a shipped layout is used instead of it."""
    sizes = {name: value for name, value in asdict(template).items() if name not in {"code", "name"}}
    LabelTemplate.objects.update_or_create(code=template.code, defaults={"name": template.name, "sizes": sizes})
