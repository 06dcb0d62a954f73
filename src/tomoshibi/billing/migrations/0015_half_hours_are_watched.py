from django.db import migrations

WATCH = """
    CREATE TRIGGER storage_note_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON metering_halfhours
        FOR EACH STATEMENT EXECUTE FUNCTION storage_note_change();
    ALTER TABLE metering_halfhours ENABLE ALWAYS TRIGGER storage_note_change;
"""
LEAVE = "DROP TRIGGER storage_note_change ON metering_halfhours"


class Migration(migrations.Migration):
    """What half-hours come to per band is kept until somebody writes half-hours (``storage.kept``)."""

    dependencies = [
        ("billing", "0014_looks_at_issued_bills"),
        ("metering", "0008_packed_half_hours"),
        ("storage", "0002_kept_answers"),
    ]
    operations = [migrations.RunSQL(WATCH, LEAVE)]
