"""Messages and what became of them."""

from tomoshibi.messaging import values
from tomoshibi.messaging.models import Delivery


def to_value(row: Delivery) -> values.Delivery:
    return values.Delivery(
        id=row.id,
        channel=row.channel,
        template=row.template,
        recipient=row.recipient,
        subject=row.subject,
        body=row.body,
        about=row.about,
        customer_id=row.customer_id,
        state=values.DeliveryState(row.state),
        error=row.error,
        queued_at=row.queued_at,
        sent_at=row.sent_at,
    )


def deliveries_to(*, customer_id: int, limit: int = 200) -> list[values.Delivery]:
    """Newest first."""
    return [to_value(row) for row in Delivery.objects.filter(customer_id=customer_id).order_by("-queued_at")[:limit]]


def deliveries_about(*, about: str) -> list[values.Delivery]:
    return [to_value(row) for row in Delivery.objects.filter(about=about).order_by("-queued_at")]


def queued(*, after_id: int = 0, limit: int = 100) -> list[values.Delivery]:
    """What waits to be sent, oldest first."""
    rows = Delivery.objects.filter(state=values.DeliveryState.QUEUED, id__gt=after_id).order_by("id")[:limit]
    return [to_value(row) for row in rows]


def count_queued() -> int:
    return Delivery.objects.filter(state=values.DeliveryState.QUEUED).count()
