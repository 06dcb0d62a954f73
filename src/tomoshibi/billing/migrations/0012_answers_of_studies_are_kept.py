from django.db import migrations

WATCHED = (
    "billing_adjustment", "billing_bill", "billing_extra", "billing_groupmonth", "billing_invoice", "contracts_contract",
    "contracts_contractterms", "contracts_levyexemption", "metering_reading", "parties_accountterms", "supply_supplypoint",
)  # fmt: skip
WATCH = """
    CREATE TRIGGER storage_note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION storage_note_change();
    ALTER TABLE {table} ENABLE ALWAYS TRIGGER storage_note_change;
"""
AS_THEY_ARE = """
    ALTER TABLE billing_studypart ALTER members SET STORAGE EXTERNAL;
    ALTER TABLE billing_studypart ALTER customers SET STORAGE EXTERNAL;
"""
"""What is compressed already the server need not try to compress again: that took it longer than to write it."""
LEAVE = "DROP TRIGGER storage_note_change ON {table}"


class Migration(migrations.Migration):
    """What studies read: an answer over these tables is kept until somebody writes one of them (``storage.kept``)."""

    dependencies = [
        ("billing", "0011_days_of_groups_by_rate"),
        ("contracts", "0007_particulars_by_two"),
        ("metering", "0001_squashed_0007_files_by_their_place"),
        ("parties", "0001_squashed_0003_collective_invoices"),
        ("storage", "0002_kept_answers"),
        ("supply", "0001_squashed_0005_served_accounts"),
    ]
    operations = [
        migrations.RunSQL(AS_THEY_ARE, AS_THEY_ARE.replace("EXTERNAL", "EXTENDED")),
        migrations.RunSQL(
            [WATCH.format(table=table) for table in WATCHED], [LEAVE.format(table=table) for table in WATCHED]
        )
    ]
