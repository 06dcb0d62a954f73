"""The sentences that the crews' page shows: it is built on the phone, so it carries them along."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tomoshibi.fieldwork import queries as fieldwork
from tomoshibi.fieldwork import values


def words() -> dict[str, str]:
    """Name in ``page.js`` -> sentence in the language of the page; ``{n}`` marks what is filled in there."""
    return {
        "today": _("Tickets of today"),
        "none": _("No ticket is waiting for you. When the office gives you one, it appears here."),
        "planned": _("Planned on"),
        "online": _("connected"),
        "offline": _("no network: entries are kept here"),
        "waiting": _("{n} to be sent"),
        "sent": _("everything is sent"),
        "signIn": _("Sign in again to send; nothing is lost."),
        "otherPerson": _("{n} entries of somebody else wait until that person signs in here."),
        "queue": _("Entries on this phone"),
        "queueEmpty": _("No entry was made on this phone yet."),
        "scan": _("Scan a label"),
        "type": _("Type the label number"),
        "typeHint": _("Nine digits beside the code, for example 0000 0042 2"),
        "noCamera": _("This browser gives no camera: take a picture of the code, or type the number beside it."),
        "cameraRefused": _("The camera is not allowed: take a picture of the code, or type the number beside it."),
        "readPhoto": _("Take a picture of the code"),
        "noCode": _("No code is seen in this picture: go closer, or type the number beside it."),
        "notANumber": _("This is no label number: please compare the digits."),
        "forged": _("This is not one of our labels. Note where it hangs and tell the office."),
        "genuine": _("This label is genuine."),
        "listed": _("This number is ours: it was looked up. Whether the label is genuine, only its code tells."),
        "unlisted": _("No label has this number: compare the digits, or scan the code."),
        "unreached": _("It cannot be looked up without a network."),
        "comma": pgettext("list", ", "),
        "unknownKey": _("Signed with a key that this phone does not know: try again with a network."),
        "notToday": _("Not on your tickets of today."),
        "spareTaken": _("This label belongs to something else."),
        "void": _("This label is void: it holds no longer."),
        "labelOk": _("The label of this row"),
        "labelOther": _("This is the label of row {n}."),
        "labelNew": _("Spare label"),
        "scanSpare": _("Hang a spare label"),
        "checks": _("Checks"),
        "yes": _("yes"),
        "no": _("no"),
        "seal": _("Seal number"),
        "sealHangs": _("The seal that hangs there"),
        "place": _("Access point"),
        "photo": _("Take a photo"),
        "photos": _("{n} photos"),
        "note": _("Note"),
        "position": _("Position"),
        "positionWaits": _("looking for the position ..."),
        "positionNone": _("without a position"),
        "done": pgettext("task", "Done"),
        "blocked": _("Cannot be done"),
        "removed": _("Taken away"),
        "found": _("Add a device found here"),
        "foundWhat": _("What it is"),
        "address": _("Address"),
        "save": _("Save"),
        "back": _("Back"),
        "missing": _("Still missing: {n}"),
        "missingChecks": _("the four checks"),
        "missingReason": _("a note with the reason"),
        "missingLabel": _("a label"),
        "saved": _("Kept on this phone."),
        "hangsNot": _("none hangs there"),
        "row": _("Row"),
        "ticket": pgettext("ticket", "Ticket"),
        "state.": _("waits to be sent"),
        "state.applied": pgettext("entry", "applied"),
        "state.older": pgettext("entry", "overtaken by a newer one"),
        "state.queued": pgettext("entry", "waits for a decision"),
        "state.accepted": pgettext("entry", "applied by the office"),
        "state.dropped": pgettext("entry", "dropped"),
        "state.lost": _("the server does not take it: show it to the office"),
        "group": _("Group of points"),
        "district": _("Transformer district"),
        "account": pgettext("group", "Account number"),
        "stateOf": _("State"),
        "active": _("in operation"),
        "gone": _("removed"),
        "suspicious": _("The office was told:"),
        "reload": _("Get the tickets again"),
        "full": _("This phone has no room left: send what waits before going on."),
        "outcome.": pgettext("task", "open"),
        "outcome.done": pgettext("task", "done"),
        "outcome.blocked": pgettext("task", "blocked"),
        "outcome.removed": pgettext("task", "taken away on site"),
        "act.connect": pgettext("act", "connect"),
        "act.remove": pgettext("act", "remove"),
        "act.move": pgettext("act", "move"),
        "act.replace_label": pgettext("act", "replace the label"),
        "act.check": pgettext("act", "check"),
        "check.fit": _("Fit as a sub-account"),
        "check.belongs": _("Belongs to this benchmark"),
        "check.ready": _("Supply conditions are there"),
        "check.listed": _("The customer's list is right"),
    }


def tickets_of(tickets: list[values.Ticket]) -> list[dict[str, object]]:
    """Tickets as the phone keeps them: each row with the label and the seal that hang there now."""
    subjects = [task.subject or values.found_subject(task.id) for ticket in tickets for task in ticket.tasks]
    labels = {label.subject: label.serial for label in fieldwork.labels_of(subjects=subjects)}
    seals = fieldwork.seals_of(subjects=subjects)
    return [
        {
            "id": ticket.id,
            "number": ticket.number,
            "title": ticket.title,
            "district": ticket.district,
            "place": ticket.place,
            "planned_on": ticket.planned_on.isoformat(),
            "tasks": [_task(task, labels, seals) for task in ticket.tasks],
        }
        for ticket in tickets
    ]


def _task(task: values.Task, labels: dict[str, int], seals: dict[str, values.Seal]) -> dict[str, object]:
    subject = task.subject or values.found_subject(task.id)
    return {
        "id": task.id,
        "no": task.no,
        "act": task.act.value,
        "caption": task.caption,
        "address": task.address,
        "place": task.place,
        "note": task.note,
        "outcome": task.outcome.value,
        "label": labels.get(subject),
        "seal": seals[subject].number if subject in seals else "",
        "found": task.found_on_site,
    }
