"""The check of a statement's legs, in two passes over them: what most statements need is asked first."""

from django.db import migrations

# As before: legs of an entry sum to zero, are numbered 1..n, carry the month of their head, and the month is open. Where
# all legs carry one month, and none has a number below one, the key (entry_id, leg_no) leaves less to be looked at: three
# aggregates instead of six. Which rule was broken, and all of it for statements of several months, is asked as before.
CHECK_LEGS = """
CREATE OR REPLACE FUNCTION ledger_check_legs() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off AS $$
DECLARE
    wrong record;
    sum_of record;
    low_id bigint;
    high_id bigint;
    first_month integer;
    last_month integer;
    lowest_no smallint;
BEGIN
    -- The totals first: they are also the short list of the months and accounts that this statement touches.
    FOR sum_of IN
        SELECT account_id, accounting_month,
               coalesce(sum(amount_minor) FILTER (WHERE amount_minor > 0), 0) AS debit_minor,
               coalesce(-sum(amount_minor) FILTER (WHERE amount_minor < 0), 0) AS credit_minor, count(*) AS legs,
               min(entry_id) AS low_id, max(entry_id) AS high_id, min(leg_no) AS lowest_no
          FROM new_legs GROUP BY account_id, accounting_month ORDER BY accounting_month
    LOOP
        INSERT INTO ledger_total (account_id, accounting_month, debit_minor, credit_minor, legs)
        VALUES (sum_of.account_id, sum_of.accounting_month, sum_of.debit_minor, sum_of.credit_minor, sum_of.legs);
        PERFORM pg_advisory_xact_lock_shared(hashtext('ledger.month'), sum_of.accounting_month);
        IF EXISTS (SELECT FROM ledger_closedmonth c WHERE c.accounting_month = sum_of.accounting_month) THEN
            RAISE EXCEPTION 'accounting month % is closed', sum_of.accounting_month
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_month_open';
        END IF;
        IF NOT EXISTS (SELECT FROM ledger_account a WHERE a.id = sum_of.account_id) THEN
            RAISE EXCEPTION 'no account %', sum_of.account_id
                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'ledger_leg_has_account';
        END IF;
        low_id := least(low_id, sum_of.low_id);
        high_id := greatest(high_id, sum_of.high_id);
        first_month := coalesce(first_month, sum_of.accounting_month);
        last_month := sum_of.accounting_month;
        lowest_no := least(lowest_no, sum_of.lowest_no);
    END LOOP;

    IF first_month = last_month AND lowest_no >= 1 THEN
        PERFORM
          FROM (SELECT entry_id, sum(amount_minor) AS amount_minor, count(*) AS legs, max(leg_no) AS last_no
                  FROM new_legs GROUP BY entry_id) s
          LEFT JOIN ledger_entry e
                 ON e.id = s.entry_id AND e.id BETWEEN low_id AND high_id AND e.accounting_month = first_month
         WHERE s.amount_minor <> 0 OR s.last_no <> s.legs OR e.id IS NULL
         LIMIT 1;
        IF NOT FOUND THEN
            RETURN NULL;
        END IF;
    END IF;

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
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_guards")]
    # Backwards nothing is done: the function refuses exactly what the one before it did.
    operations = [migrations.RunSQL(CHECK_LEGS, migrations.RunSQL.noop)]
