from django.db import migrations

TABLES = """
    CREATE TABLE storage_change (relation text, writer xid8, PRIMARY KEY (relation, writer));
    CREATE TABLE storage_kept (
        key bytea PRIMARY KEY,
        server bigint NOT NULL,
        relations text[] NOT NULL,
        snapshot pg_snapshot NOT NULL,
        used_on date NOT NULL,
        size bigint NOT NULL,
        answer bytea NOT NULL
    );
    ALTER TABLE storage_kept ALTER answer SET STORAGE EXTERNAL;
    CREATE FUNCTION storage_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO storage_change VALUES (TG_TABLE_NAME, pg_current_xact_id()) ON CONFLICT DO NOTHING;
        RETURN NULL;
    END $$;
"""
NO_TABLES = "DROP FUNCTION storage_note_change(); DROP TABLE storage_change, storage_kept;"


class Migration(migrations.Migration):
    """Answers of queries, and which transactions wrote the tables that they are made from (``storage.kept``)."""

    dependencies = [("storage", "0001_extensions")]
    operations = [migrations.RunSQL(TABLES, NO_TABLES)]
