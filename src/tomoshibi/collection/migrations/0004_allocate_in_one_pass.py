"""
Most money closes the debt that it is for, exactly: that is one DELETE. Only what is left over looks for more.

The debts themselves are read only where money is taken back: they are the history of all years.
"""

from django.db import migrations

ALLOCATE = """
CREATE OR REPLACE FUNCTION collection_allocate() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted bigint;
    given_rows bigint;
    takes_back boolean;
    done bigint := 0;
    more bigint := 0;
BEGIN
    SELECT count(DISTINCT receivable_id), count(*), coalesce(bool_or(amount_minor < 0), false)
      INTO wanted, given_rows, takes_back FROM new_rows;
    PERFORM collection_plan_for(wanted);
    IF given_rows = wanted THEN  -- no debt is paid in two parts at once
        EXECUTE 'DELETE FROM collection_openitem o USING new_rows n'
                ' WHERE o.receivable_id = n.receivable_id AND o.open_minor = n.amount_minor';
        GET DIAGNOSTICS done = ROW_COUNT;
    END IF;
    IF done < wanted THEN
        EXECUTE $q$
            WITH given AS (
                SELECT receivable_id, sum(amount_minor)::bigint AS amount_minor FROM new_rows GROUP BY receivable_id
            ), closed AS (
                DELETE FROM collection_openitem o USING given g
                 WHERE o.receivable_id = g.receivable_id AND o.open_minor = g.amount_minor RETURNING 1
            ), partly AS (
                UPDATE collection_openitem o SET open_minor = o.open_minor - g.amount_minor FROM given g
                 WHERE o.receivable_id = g.receivable_id AND o.open_minor <> g.amount_minor RETURNING 1
            )
            SELECT (SELECT count(*) FROM closed) + (SELECT count(*) FROM partly)
        $q$ INTO more;
        done := done + more;
    END IF;
    IF done < wanted AND takes_back THEN
        EXECUTE $q$
            INSERT INTO collection_openitem (receivable_id, account_id, customer_id, due_on, open_minor)
            SELECT r.id, r.account_id, r.customer_id, r.due_on, -g.amount_minor
              FROM (SELECT receivable_id, sum(amount_minor)::bigint AS amount_minor
                      FROM new_rows GROUP BY receivable_id) g
              JOIN collection_receivable r ON r.id = g.receivable_id
             WHERE g.amount_minor < 0
               AND NOT EXISTS (SELECT FROM collection_openitem o WHERE o.receivable_id = g.receivable_id)
        $q$;
        GET DIAGNOSTICS more = ROW_COUNT;
        done := done + more;
    END IF;
    PERFORM collection_plan_for(0);
    IF done <> wanted THEN
        RAISE EXCEPTION '% of % receivables have less open than was allocated', wanted - done, wanted
            USING ERRCODE = 'check_violation', CONSTRAINT = 'open_item_positive';
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("collection", "0003_agent_links")]
    operations = [migrations.RunSQL(ALLOCATE, migrations.RunSQL.noop)]
