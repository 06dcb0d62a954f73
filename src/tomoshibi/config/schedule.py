"""What runs by itself, and when (civil hours of the company's place)."""

from collections.abc import Sequence

from django.utils.translation import gettext_noop as _

from tomoshibi.worker.values import Schedule

TABLE: Sequence[Schedule] = (
    Schedule("fetch-confirmed-values", "metering.fetch", "RB2", 7, 20, _("Fetch confirmed values")),
    Schedule("watch-missing-values", "metering.watch", "RB2", 8, 8, _("Watch for missing values")),
    Schedule("fetch-spot-prices", "masters.fetch_spot", "MS2", 15, 18, _("Fetch spot prices")),
    Schedule(
        "poll-switching", "applications.poll_switching", "AP7", 7, 20, _("See what became of applications to the grid")
    ),
    Schedule("poll-works", "applications.poll_works", "AP10", 7, 20, _("See what became of applications for works")),
    Schedule("chase-works", "applications.chase_works", "AP11", 8, 8, _("Look for applications by form that are late")),
    Schedule(
        "fetch-mediations",
        "applications.fetch_mediations",
        "CM6",
        0,
        23,
        _("Look for mediation requests of other retailers"),
    ),
    Schedule("look-into-mailboxes", "messaging.poll", "IN2", 0, 23, _("Look into the mailboxes")),
    Schedule("fetch-debit-results", "collection.fetch_results", "RC4", 8, 19, _("Fetch direct-debit results")),
    Schedule("tell-late-interest", "collection.tell_late_interest", "RC4", 20, 20, _("Interest for late payments")),
    Schedule(
        "close-quiet-enquiries", "care.close_quiet", "CM7", 6, 6, _("Close enquiries that were answered long ago")
    ),
    Schedule("send-announcements", "care.publish", "CM10", 0, 23, _("Send announcements that are due")),
    Schedule(
        "text-messages", "messaging.fetch_receipts", "CM4", 0, 23, _("Send text messages that wait, fetch receipts")
    ),
    Schedule("apply-changes", "applications.apply_changes", "CM3", 0, 6, _("Changes whose day has come")),
    Schedule("chase-applicants", "applications.chase", "IN1", 9, 9, _("Remind applicants and end what is late")),
    Schedule(
        "remind-group-archives", "applications.remind_group_cases", "GP9", 7, 8, _("Remind of files to be completed")
    ),
    Schedule("tally-points", "groups.tally", "GR1", 0, 23, _("Tally the points of changed groups")),
    Schedule("recount-points", "groups.recount", "GR1", 3, 3, _("Compare all tallies with the points")),
    Schedule(
        "look-for-changed-bills",
        "billing.look_for_changes",
        "RB6",
        5,
        5,
        _("Look for issued bills that would come out differently"),
    ),
    Schedule("tidy-answers", "billing.tidy_answers", "MS10", 4, 4, _("Drop kept answers that no longer hold")),
)
