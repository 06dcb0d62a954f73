"""What the database itself refuses, and the totals it keeps."""

from django.db import migrations

# All legs of an entry come in one statement, numbered 1..n; the primary key (entry_id, leg_no) then keeps a later
# statement from adding to it. One pass over the statement's rows checks them all: a deferred row trigger took three
# times as long.
CHECK_LEGS = """
-- A statement's rows have no statistics, so the planner expects few and would look up every head by itself: without
-- nested loops it reads the statement's range of heads once, whether that is one or a million.
CREATE FUNCTION ledger_check_legs() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off AS $$
DECLARE
    wrong record;
    sum_of record;
    low_id bigint;
    high_id bigint;
BEGIN
    -- The totals first: they are also the short list of the months and accounts that this statement touches.
    FOR sum_of IN
        INSERT INTO ledger_total (account_id, accounting_month, debit_minor, credit_minor, legs)
        SELECT account_id, accounting_month,
               coalesce(sum(amount_minor) FILTER (WHERE amount_minor > 0), 0),
               coalesce(-sum(amount_minor) FILTER (WHERE amount_minor < 0), 0), count(*)
          FROM new_legs GROUP BY account_id, accounting_month ORDER BY accounting_month
        RETURNING account_id, accounting_month
    LOOP
        PERFORM pg_advisory_xact_lock_shared(hashtext('ledger.month'), sum_of.accounting_month);
        IF EXISTS (SELECT FROM ledger_closedmonth c WHERE c.accounting_month = sum_of.accounting_month) THEN
            RAISE EXCEPTION 'accounting month % is closed', sum_of.accounting_month
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_month_open';
        END IF;
        IF NOT EXISTS (SELECT FROM ledger_account a WHERE a.id = sum_of.account_id) THEN
            RAISE EXCEPTION 'no account %', sum_of.account_id
                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'ledger_leg_has_account';
        END IF;
    END LOOP;

    SELECT min(entry_id), max(entry_id) INTO low_id, high_id FROM new_legs;
    SELECT s.entry_id, s.amount_minor, e.source, e.purpose,
           s.first_no <> 1 OR s.last_no <> s.legs AS in_parts,
           e.id IS NULL OR e.accounting_month <> s.first_month OR s.first_month <> s.last_month AS other_head
      INTO wrong
      FROM (SELECT entry_id, sum(amount_minor) AS amount_minor, count(*) AS legs,
                   min(leg_no) AS first_no, max(leg_no) AS last_no,
                   min(accounting_month) AS first_month, max(accounting_month) AS last_month
              FROM new_legs GROUP BY entry_id) s
      LEFT JOIN ledger_entry e ON e.id = s.entry_id AND e.id BETWEEN low_id AND high_id
     WHERE s.amount_minor <> 0 OR s.first_no <> 1 OR s.last_no <> s.legs
        OR s.first_month <> s.last_month OR e.id IS NULL OR e.accounting_month <> s.first_month
     LIMIT 1;
    IF FOUND THEN
        IF wrong.other_head THEN
            RAISE EXCEPTION 'legs of entry % have no head of their month', wrong.entry_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_leg_has_entry';
        ELSIF wrong.in_parts THEN
            RAISE EXCEPTION 'legs of entry % (% %) came in parts', wrong.entry_id, wrong.source, wrong.purpose
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_whole';
        END IF;
        RAISE EXCEPTION 'entry % (% %) is out of balance by %',
            wrong.entry_id, wrong.source, wrong.purpose, wrong.amount_minor
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_balanced';
    END IF;

    RETURN NULL;
END $$;
CREATE TRIGGER ledger_check_legs AFTER INSERT ON ledger_leg
    REFERENCING NEW TABLE AS new_legs FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_legs();
"""
DROP_CHECK = "DROP TRIGGER ledger_check_legs ON ledger_leg; DROP FUNCTION ledger_check_legs();"

REFUSE = """
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is posted is never changed or deleted; post a correcting entry'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_immutable';
END $$;
CREATE TRIGGER ledger_entry_immutable BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_leg_immutable BEFORE UPDATE OR DELETE ON ledger_leg
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE FUNCTION ledger_keep_used_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (TG_OP = 'DELETE' OR NEW.id <> OLD.id OR NEW.code <> OLD.code OR NEW.kind <> OLD.kind)
       AND EXISTS (SELECT FROM ledger_total t WHERE t.account_id = OLD.id) THEN
        RAISE EXCEPTION 'account % has postings: its code and kind stay', OLD.code
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'ledger_account_in_use';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER ledger_account_in_use BEFORE UPDATE OR DELETE ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION ledger_keep_used_account();
"""
DROP_REFUSE = """
DROP TRIGGER ledger_account_in_use ON ledger_account; DROP FUNCTION ledger_keep_used_account();
DROP TRIGGER ledger_leg_immutable ON ledger_leg; DROP TRIGGER ledger_entry_immutable ON ledger_entry;
DROP FUNCTION ledger_refuse_change();
"""

# A block of ids without a table lock until commit: the session lock covers the two sequence calls only.
TAKE_IDS = """
CREATE FUNCTION ledger_take_entry_ids(wanted bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    sequence regclass := pg_get_serial_sequence('ledger_entry', 'id');
    first_id bigint;
BEGIN
    PERFORM pg_advisory_lock(hashtext('ledger.entry.ids'));
    first_id := nextval(sequence);
    PERFORM setval(sequence, first_id + wanted - 1);
    PERFORM pg_advisory_unlock(hashtext('ledger.entry.ids'));
    RETURN first_id;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [
        migrations.RunSQL(CHECK_LEGS, DROP_CHECK),
        migrations.RunSQL(REFUSE, DROP_REFUSE),
        migrations.RunSQL(TAKE_IDS, "DROP FUNCTION ledger_take_entry_ids(bigint);"),
        # Entries are appended roughly month by month: a block range index finds a month for the export, for nothing.
        migrations.RunSQL(
            "CREATE INDEX ledger_entry_month ON ledger_entry USING brin (accounting_month) WITH (pages_per_range = 32);",
            "DROP INDEX ledger_entry_month;",
        ),
    ]
