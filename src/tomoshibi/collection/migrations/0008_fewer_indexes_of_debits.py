"""A million debits are written and answered each month: only the indexes that a rule or a page needs."""

from django.db import migrations, models

# Many claims are found by a hash over all that are open; a few by their debts, which is the only index.
ANSWER = """
CREATE OR REPLACE FUNCTION collection_answer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    given_rows bigint;
BEGIN
    SELECT count(*) INTO given_rows FROM new_rows;
    PERFORM collection_plan_for(given_rows);
    IF given_rows > 20000 THEN
        EXECUTE 'DELETE FROM collection_debitclaim c USING new_rows n WHERE c.debit_row_id = n.debit_row_id';
    ELSE
        EXECUTE 'DELETE FROM collection_debitclaim c USING new_rows n JOIN collection_debitrow d ON d.id = n.debit_row_id'
                ' WHERE c.receivable_id = d.receivable_id AND c.debit_row_id = d.id';
    END IF;
    PERFORM collection_plan_for(0);
    RETURN NULL;
END $$;
"""
BEFORE = """
CREATE OR REPLACE FUNCTION collection_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM collection_plan_for((SELECT count(*) FROM new_rows));
    EXECUTE 'DELETE FROM collection_debitclaim c USING new_rows n WHERE c.debit_row_id = n.debit_row_id';
    PERFORM collection_plan_for(0);
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("collection", "0007_notices_of_transfers")]
    operations = [
        migrations.RemoveConstraint(model_name="allocation", name="allocation_once"),
        migrations.RemoveIndex(model_name="allocation", name="allocation_receivable"),
        migrations.RemoveIndex(model_name="debitclaim", name="debit_claim_batch"),
        migrations.AlterField(model_name="debitclaim", name="debit_row_id", field=models.BigIntegerField()),
        migrations.AddIndex(
            model_name="allocation",
            index=models.Index(
                condition=models.Q(("kind", "receipt")), fields=["source_id"], name="allocation_of_receipt"
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.UniqueConstraint(
                fields=("receivable_id", "kind", "source_id"), name="allocation_once"
            ),
        ),
        migrations.RunSQL(ANSWER, BEFORE),
    ]
