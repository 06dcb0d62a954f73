"""How people, roles and deeds are shown as lists."""

from operator import itemgetter

from django.utils.translation import gettext_lazy as _

from tomoshibi.identity import queries, subjects
from tomoshibi.ui import addresses, lists
from tomoshibi.ui.states import State, Tone

PERSON_STATES = {
    "active": State(_("active"), Tone.GOOD, "circle-check"),
    "invited": State(_("invited"), Tone.ATTENTION, "mail"),
    "left": State(_("left"), Tone.QUIET, "door-exit"),
}


def people_list() -> lists.ListQuery:
    rows = [
        {
            "id": person.id,
            "username": person.username,
            "name": person.name,
            "department": person.department,
            "roles": ", ".join(person.roles),
            "mail": person.mail,
            "mfa": person.has_mfa,
            "last_login": person.last_login,
            "reviewed_on": person.reviewed_on,
            "state": "left" if person.left_on else "active" if person.active else "invited",
        }
        for person in queries.people(include_left=True)
    ]
    return lists.ListQuery(
        name="identity.people",
        rows=rows,
        columns=(
            lists.Text("username", _("Sign-in name")),
            lists.Text("name", _("Full name")),
            lists.Text("department", _("Department")),
            lists.Text("roles", _("Roles")),
            lists.Text("mail", _("Mail"), masked=True, shown=False),
            lists.Flag("mfa", _("Second factor")),
            lists.Moment("last_login", _("Last sign-in")),
            lists.Day("reviewed_on", _("Rights reviewed")),
            lists.StateOf("state", _("State"), states=PERSON_STATES),
        ),
        filters=(
            lists.Search("q", _("Search"), among=("username", "name", "department", "roles")),
            lists.Choice("state", _("State"), choices=[(k, s.word) for k, s in PERSON_STATES.items()], facet=True),
        ),
        order=("username",),
    )


def deeds_list() -> lists.ListQuery:
    rows = [
        {
            "id": n,
            "at": d.at,
            "procedure": d.procedure,
            "what": d.said,
            "subject": subjects.words(d.subject),
            "page": addresses.address_of(d.subject),
            "who": d.who or "-",
        }
        for n, d in enumerate(queries.deeds(limit=5000))
    ]
    names = {p.id: p.name for p in queries.steps()}
    return lists.ListQuery(
        name="identity.deeds",
        rows=rows,
        columns=(
            lists.Moment("at", _("When")),
            lists.Code("procedure", _("Procedure"), explain=names),
            lists.Text("what", _("What was done")),
            lists.Text("subject", _("To what"), also=("page",), link=itemgetter("page")),
            lists.Text("who", _("Who")),
        ),
        filters=(
            lists.Search("q", _("Search"), among=("what", "subject", "who")),
            lists.Choice("procedure", _("Procedure"), choices=[(k, f"{k} {v}") for k, v in names.items()]),
        ),
        order=("-at",),
    )
