"""Documents before and after contracts, and the versions of their texts: reads."""

from datetime import datetime

from django.db.models import F, QuerySet

from tomoshibi.applications.models import Notice, NoticeTemplate
from tomoshibi.applications.values import notices as values
from tomoshibi.applications.values.notices import NoticeKind, NoticeState, TemplateItem, TemplateState
from tomoshibi.messaging import queries as messaging
from tomoshibi.messaging.values import Delivery


def to_template(row: NoticeTemplate) -> values.Template:
    return values.Template(
        id=row.id,
        kind=NoticeKind(row.kind),
        version=row.version,
        state=TemplateState(row.state),
        title=row.title,
        opening=row.opening,
        items=tuple(TemplateItem(**item) for item in row.items),
        counsel=row.counsel,
        written_by_id=row.written_by_id,
        decided_by_id=row.decided_by_id,
        decided_at=row.decided_at,
        valid_from=row.decided_at.date() if row.decided_at else None,
    )


def template(*, template_id: int) -> values.Template | None:
    row = NoticeTemplate.objects.filter(id=template_id).first()
    return to_template(row) if row else None


def templates() -> list[values.Template]:
    """All versions, newest first."""
    return [to_template(row) for row in NoticeTemplate.objects.order_by("kind", "-version")]


def published_template(*, kind: NoticeKind) -> values.Template | None:
    """The text that documents are made from now."""
    row = (
        NoticeTemplate.objects.filter(kind=kind.value, state=TemplateState.PUBLISHED.value).order_by("-version").first()
    )
    return to_template(row) if row else None


def to_notice(row: Notice) -> values.Notice:
    names = (
        "id", "number", "customer_id", "contract_id", "registration_id", "change_id", "title", "recipient", "file_id",
        "sha256", "made_at", "sent_at", "posted_on", "opened_at", "opened_how", "replaces_id",
    )  # fmt: skip
    return values.Notice(
        kind=NoticeKind(row.kind),
        state=NoticeState(row.state),
        occasion=values.Occasion(row.occasion),
        channel=values.Channel(row.channel),
        template_version=row.template.version if row.template else None,
        content=tuple(row.content),
        missing=tuple(row.missing),
        **{name: getattr(row, name) for name in names},
    )


def notice(*, notice_id: int) -> values.Notice | None:
    row = Notice.objects.select_related("template").filter(id=notice_id).first()
    return to_notice(row) if row else None


def notice_rows() -> QuerySet[Notice]:
    """All documents, for the list."""
    return Notice.objects.annotate(
        customer_name=F("customer__name"), customer_number=F("customer__number"), contract_number=F("contract__number")
    )


def notices_of(
    *, contract_id: int | None = None, customer_id: int | None = None, change_id: int | None = None, limit: int = 50
) -> list[values.Notice]:
    """Documents of a contract, a customer or a change, latest first."""
    named = {"contract_id": contract_id, "customer_id": customer_id, "change_id": change_id}
    given = {name: value for name, value in named.items() if value is not None}
    assert given, "name one"
    rows = Notice.objects.select_related("template").filter(**given).order_by("-id")
    return [to_notice(row) for row in rows[:limit]]


def held_notices(*, kind: NoticeKind) -> list[int]:
    """Documents of a kind that wait for something that was missing, oldest first."""
    rows = Notice.objects.filter(kind=kind.value, state=NoticeState.HELD.value)
    return list(rows.order_by("id").values_list("id", flat=True))


def letters_to_post() -> list[values.Notice]:
    """Papers that wait to be printed and posted, oldest first."""
    rows = Notice.objects.select_related("template").filter(state=NoticeState.TO_POST.value).order_by("id")
    return [to_notice(row) for row in rows]


def mail_of(*, notice_id: int) -> Delivery | None:
    """The mail that told of a document, and whether the mail server took it."""
    return next(iter(messaging.deliveries_about(about=about(notice_id))), None)


def about(notice_id: int) -> str:
    return f"applications.notice:{notice_id}"


def proof_of(*, notice: values.Notice) -> list[tuple[str, datetime | None, str]]:
    """
    How the delivery of a document can be proved.

    :returns: ``made``, ``mail``, ``posted`` or ``opened``, when, and a detail (hash, recipient, how)
    """
    found: list[tuple[str, datetime | None, str]] = []
    if notice.sha256:
        found.append(("made", notice.made_at, notice.sha256))
    if notice.sent_at:
        found.append(("posted" if notice.posted_on else "sent", notice.sent_at, notice.recipient))
    mail = mail_of(notice_id=notice.id)
    if mail is not None:
        found.append((f"mail_{mail.state.value}", mail.sent_at or mail.queued_at, mail.error or mail.recipient))
    if notice.opened_at:
        found.append(("opened", notice.opened_at, notice.opened_how))
    return found
