"""Labels, seals, prints."""

from collections.abc import Mapping, Sequence

from tomoshibi.fieldwork import signing, values
from tomoshibi.fieldwork.models import Label, LabelKey, LabelPrint, LabelTemplate, PrintedLabel, Seal


class NoSuchLabel(LookupError):
    """No label was given out under that number."""


class NoSuchPrint(LookupError):
    """There is no print of that number."""


class NoSuchTemplate(LookupError):
    """There is no label layout of that code."""


def to_label(row: Label) -> values.Label:
    return values.Label(
        serial=row.id,
        subject=row.subject,
        caption=tuple(row.caption),
        made_at=row.made_at,
        print_count=row.print_count,
        void_at=row.void_at,
        void_reason=row.void_reason,
        replaced_by=row.replaced_by_id,
    )


def to_print(row: LabelPrint) -> values.LabelPrint:
    return values.LabelPrint(
        id=row.id,
        template=row.template,
        count=row.count,
        reason=row.reason,
        file_id=row.file_id,
        printed_at=row.printed_at,
        printed_by_id=row.printed_by_id,
    )


def to_seal(row: Seal) -> values.Seal:
    return values.Seal(
        number=row.number,
        label_serial=row.label_id,
        subject=row.subject,
        place=row.place,
        placed_at=row.placed_at,
        placed_by_id=row.placed_by_id,
        photo_file_id=row.photo_file_id,
        removed_at=row.removed_at,
    )


def public_keys() -> Mapping[int, bytes]:
    """Our public keys (32 bytes each) by number: enough to tell without a network whether a label is ours."""
    return {row.no: bytes(row.public) for row in LabelKey.objects.all()}


def label(*, serial: int) -> values.Label:
    """
    :raises NoSuchLabel: for a number that was never given out
    """
    row = Label.objects.filter(id=serial).first()
    if row is None:
        raise NoSuchLabel(str(serial))
    return to_label(row)


def label_by_token(*, token: str) -> values.Label:
    """
    The label behind what a scanner read, void or not.

    :raises signing.Forged: if we did not sign it
    :raises NoSuchLabel: if we signed it and never gave it out
    """
    return label(serial=signing.read(token, keys=public_keys()))


def labels_of(*, subjects: Sequence[str], void: bool = False) -> list[values.Label]:
    """Labels of things, in the order of their numbers; ``void`` also the ones that no longer hold."""
    rows = Label.objects.filter(subject__in=list(subjects))
    if not void:
        rows = rows.filter(void_at=None)
    return [to_label(row) for row in rows.order_by("id")]


def label_print(*, print_id: int) -> values.LabelPrint:
    """
    :raises NoSuchPrint: for an unknown number
    """
    row = LabelPrint.objects.filter(id=print_id).first()
    if row is None:
        raise NoSuchPrint(str(print_id))
    return to_print(row)


def prints_of_subjects(*, subjects: Sequence[str], limit: int = 20) -> list[values.LabelPrint]:
    """Prints that held a label of one of these things, void ones too, newest first."""
    ids = PrintedLabel.objects.filter(label__subject__in=list(subjects)).values("label_print_id")
    return [to_print(row) for row in LabelPrint.objects.filter(id__in=ids).order_by("-id")[:limit]]


def template(*, code: str) -> values.Template:
    """
    A label layout: the company's own, or the one that comes with the product.

    :raises NoSuchTemplate: for an unknown code
    """
    found = templates().get(code)
    if found is None:
        raise NoSuchTemplate(code)
    return found


def templates() -> dict[str, values.Template]:
    own = {row.code: values.Template(code=row.code, name=row.name, **row.sizes) for row in LabelTemplate.objects.all()}
    return {**values.TEMPLATES, **own}


def seal(*, number: str) -> values.Seal | None:
    row = Seal.objects.filter(number=number).first()
    return to_seal(row) if row else None


def seal_of(*, subject: str) -> values.Seal | None:
    """The seal that hangs at a thing now."""
    row = Seal.objects.filter(subject=subject, removed_at=None).first()
    return to_seal(row) if row else None


def seals_at(*, place: str) -> list[values.Seal]:
    """Every seal that should be seen at an access point; a device there without one of them has no permission."""
    return [to_seal(row) for row in Seal.objects.filter(place=place, removed_at=None).order_by("number")]


def seals_of(*, subjects: Sequence[str]) -> dict[str, values.Seal]:
    """The seals that hang at these things now, by subject."""
    rows = Seal.objects.filter(subject__in=list(subjects), removed_at=None)
    return {row.subject: to_seal(row) for row in rows}
