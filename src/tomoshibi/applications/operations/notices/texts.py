"""Versions of the texts of documents: written by one, published by another."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max, Q
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from tomoshibi.applications import notice_texts
from tomoshibi.applications import notice_words as words
from tomoshibi.applications.models import NoticeTemplate
from tomoshibi.applications.queries import notices as queries
from tomoshibi.applications.values import notices as values
from tomoshibi.applications.values.notices import NoticeKind, TemplateItem, TemplateState
from tomoshibi.identity import operations as identity
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker


class TemplateIncomplete(ValueError):
    """An item of the checklist has no text, or names something that cannot be filled in."""

    def __init__(self, found: Sequence[tuple[str, str]]) -> None:
        self.found = found
        super().__init__(
            _("items of the checklist are missing or cannot be filled in: %(items)s")
            % {"items": "; ".join(words.missing(":".join(filter(None, one))) for one in found)}
        )


class TemplateSettled(ValueError):
    """The version was published, or is with a second person: write a new one."""


@db.transaction_required
def save_template(
    *,
    kind: NoticeKind,
    title: str,
    opening: str,
    items: Sequence[TemplateItem],
    counsel: str,
    now: datetime,
    actor_id: int | None,
    template_id: int | None = None,
) -> int:
    """
    Keep a draft, whatever it says; what is missing stops its publication.

    :param template_id: of a draft; without it a new version begins
    :raises TemplateSettled: if it is no draft any more
    """
    if template_id is None:
        last = NoticeTemplate.objects.filter(kind=kind.value).aggregate(last=Max("version"))["last"] or 0
        row = NoticeTemplate(kind=kind.value, version=last + 1)
    else:
        row = NoticeTemplate.objects.select_for_update().get(id=template_id)
        if row.state not in {TemplateState.DRAFT, TemplateState.REJECTED}:
            raise TemplateSettled(_("this version is not a draft any more: write a new one"))
    row.title, row.opening, row.counsel = title.strip(), opening.strip(), counsel.strip()
    row.items = [{"code": item.code, "heading": item.heading.strip(), "text": item.text.strip()} for item in items]
    row.written_by_id, row.written_at = actor_id, now
    row.save()
    return row.id


@db.transaction_required
def propose_template(*, template_id: int, now: datetime, actor_id: int | None) -> None:
    """
    Give a draft to a second person.

    :raises TemplateIncomplete: naming the items that are missing
    :raises TemplateSettled: if it is no draft any more
    """
    row = NoticeTemplate.objects.select_for_update().get(id=template_id)
    found = notice_texts.complaints([TemplateItem(**item) for item in row.items])
    if found:
        raise TemplateIncomplete(found)
    if not can_proceed(row.propose):
        raise TemplateSettled(_("this version is not a draft any more: write a new one"))
    row.propose()
    row.written_by_id = actor_id
    row.save()
    _record(row, "proposed", now=now, actor_id=actor_id)


@db.transaction_required
def publish_template(*, template_id: int, now: datetime, actor_id: int | None) -> values.Template:
    """
    The second person agrees: documents are made from it from now on, those first that were held.

    :raises identity.SamePerson: if they wrote it
    :raises TemplateSettled: if it does not wait any more
    """
    published = _decide(template_id, "publish", now=now, actor_id=actor_id)
    worker.enqueue(values.HELD_JOB, {"kind": published.kind.value})
    return published


@db.transaction_required
def reject_template(*, template_id: int, now: datetime, actor_id: int | None) -> values.Template:
    """
    The second person does not agree.

    :raises identity.SamePerson: if they wrote it
    :raises TemplateSettled: if it does not wait any more
    """
    return _decide(template_id, "reject", now=now, actor_id=actor_id)


def _decide(template_id: int, step: str, *, now: datetime, actor_id: int | None) -> values.Template:
    row = NoticeTemplate.objects.select_for_update().get(id=template_id)
    if not can_proceed(getattr(row, step)):
        raise TemplateSettled(_("this version does not wait for a second person any more"))
    identity.require_second_person(first_id=row.written_by_id, second_id=actor_id)
    getattr(row, step)()
    row.decided_by_id, row.decided_at = actor_id, now
    row.save()
    _record(row, "published" if step == "publish" else "rejected", now=now, actor_id=actor_id)
    return queries.to_template(row)


def _record(row: NoticeTemplate, what: str, *, now: datetime, actor_id: int | None) -> None:
    identity.record_deed(
        procedure=values.PROCEDURE,
        what=f"{what} the text of documents {row.kind} the contract, version {row.version}",
        at=now,
        subject=f"applications.noticetemplate:{row.id}",
        actor_id=actor_id,
    )


@db.transaction_required
def install_notice_texts(*, now: datetime, own: Mapping[str, str] | None = None, counsel: str = "") -> int:
    """
    Publish the shipped texts where there are none yet. They are examples: documents made from them are held until a version
    with the company's own values, confirmed by counsel, is published. A company that comes with its values publishes them over
    the example, too: a new database has that from its first upgrade.

    :param own: item to text, in the place of the shipped example (a company that is set up with its values, a demo)
    :param counsel: who confirmed these texts
    :returns: how many are new
    """
    made = 0
    for kind in NoticeKind:
        known = NoticeTemplate.objects.filter(kind=kind.value)
        only_examples = not known.filter(Q(written_by_id__isnull=False) | ~Q(counsel="")).exists()
        if known.exists() and not (own and counsel and only_examples):
            continue
        text: dict[str, Any] = notice_texts.shipped()[kind.value]
        items = [dict(zip(("code", "heading", "text"), item, strict=True)) for item in text["items"]]
        items = [item | {"text": (own or {}).get(item["code"], item["text"])} for item in items]
        row = NoticeTemplate(
            kind=kind.value, version=known.count() + 1, title=text["title"], opening=text["opening"], items=items, counsel=counsel,
            written_at=now,
        )  # fmt: skip
        row.propose()
        row.publish()
        row.decided_at = now
        row.save()
        made += 1
    return made
