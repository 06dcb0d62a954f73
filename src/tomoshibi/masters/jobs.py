"""Long work of the masters."""

from django.utils.translation import gettext_noop

from tomoshibi.identity import operations as identity
from tomoshibi.masters import operations
from tomoshibi.storage import db
from tomoshibi.worker import operations as worker
from tomoshibi.worker import queries as clock


@worker.define_job("masters.import_banks", procedure="MS9", label=gettext_noop("Renew banks and branches"))
def import_banks(progress: worker.Progress) -> str:
    """Bring banks and branches up to the installed list; running it again changes nothing."""
    now, today = clock.now(), clock.today()
    with db.transaction():
        banks, branches = operations.import_banks(on=today)
        what = f"{banks} banks and {branches} branches began or changed"
        identity.record_deed(procedure="MS9", what=what, at=now, subject="masters.banks")
    return what
