"""
What the database itself keeps and refuses: one open request per debt, never more paid than due, nothing rewritten.

What is open is derived from rows that never change, by triggers over a statement's transition table: a million rows in
one COPY cost one pass. Statements are planned when they run (EXECUTE), because one row and a million want other plans.
"""

from django.db import migrations

IMMUTABLE = ("receivable", "allocation", "receipt", "credit", "credituse", "debitrow", "debitresult", "settlement")

REFUSE = """
CREATE FUNCTION collection_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or deleted; add a row that corrects', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'collection_immutable';
END $$;
""" + "".join(
    f"CREATE TRIGGER {table}_immutable BEFORE UPDATE OR DELETE ON collection_{table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION collection_refuse_change();\n"
    for table in IMMUTABLE
)

# The planner expects few groups in a statement's rows; for many, index look-ups one by one cost several times a hash.
PLAN_FOR = """
CREATE FUNCTION collection_plan_for(wanted bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('enable_nestloop', CASE WHEN wanted > 20000 THEN 'off' ELSE 'on' END, true);
END $$;
"""

OPEN = """
CREATE FUNCTION collection_open_items() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO collection_openitem (receivable_id, account_id, customer_id, due_on, open_minor)
    SELECT id, account_id, customer_id, due_on, amount_minor FROM new_rows;
    RETURN NULL;
END $$;
CREATE TRIGGER collection_open_items AFTER INSERT ON collection_receivable
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION collection_open_items();
"""

# Most money closes the debt that it is for, exactly: that is one DELETE. Only what is left over looks for more. The debts
# themselves are read only where money is taken back: they are the history of all years.
ALLOCATE = """
CREATE FUNCTION collection_allocate() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER collection_allocate AFTER INSERT ON collection_allocation
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION collection_allocate();
"""

CLAIM = """
CREATE FUNCTION collection_claim() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO collection_debitclaim (receivable_id, debit_row_id, batch_id)
    SELECT receivable_id, id, batch_id FROM new_rows;
    RETURN NULL;
END $$;
CREATE TRIGGER collection_claim AFTER INSERT ON collection_debitrow
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION collection_claim();

CREATE FUNCTION collection_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM collection_plan_for((SELECT count(*) FROM new_rows));
    EXECUTE 'DELETE FROM collection_debitclaim c USING new_rows n WHERE c.debit_row_id = n.debit_row_id';
    PERFORM collection_plan_for(0);
    RETURN NULL;
END $$;
CREATE TRIGGER collection_answer AFTER INSERT ON collection_debitresult
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION collection_answer();
"""

CREDIT = """
CREATE FUNCTION collection_keep_credit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO collection_creditleft (credit_id, account_id, left_minor)
    SELECT id, account_id, amount_minor FROM new_rows;
    RETURN NULL;
END $$;
CREATE TRIGGER collection_keep_credit AFTER INSERT ON collection_credit
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION collection_keep_credit();

CREATE FUNCTION collection_use_credit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted bigint;
    done bigint;
BEGIN
    SELECT count(DISTINCT credit_id) INTO wanted FROM new_rows;
    WITH given AS (
        SELECT credit_id, sum(amount_minor)::bigint AS amount_minor FROM new_rows GROUP BY credit_id
    ), used_up AS (
        DELETE FROM collection_creditleft c USING given g
         WHERE c.credit_id = g.credit_id AND c.left_minor = g.amount_minor RETURNING 1
    ), partly AS (
        UPDATE collection_creditleft c SET left_minor = c.left_minor - g.amount_minor FROM given g
         WHERE c.credit_id = g.credit_id AND c.left_minor <> g.amount_minor RETURNING 1
    ), again AS (
        INSERT INTO collection_creditleft (credit_id, account_id, left_minor)
        SELECT c.id, c.account_id, -g.amount_minor FROM given g JOIN collection_credit c ON c.id = g.credit_id
         WHERE g.amount_minor < 0
           AND NOT EXISTS (SELECT FROM collection_creditleft l WHERE l.credit_id = g.credit_id)
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM used_up) + (SELECT count(*) FROM partly) + (SELECT count(*) FROM again) INTO done;
    IF done <> wanted THEN
        RAISE EXCEPTION 'a credit has less left than was used'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'credit_left_positive';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER collection_use_credit AFTER INSERT ON collection_credituse
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION collection_use_credit();
"""

DROP = (
    "".join(f"DROP TRIGGER {table}_immutable ON collection_{table};" for table in IMMUTABLE)
    + "".join(
        f"DROP TRIGGER {name} ON collection_{table}; DROP FUNCTION {name}();"
        for name, table in (
            ("collection_open_items", "receivable"),
            ("collection_allocate", "allocation"),
            ("collection_claim", "debitrow"),
            ("collection_answer", "debitresult"),
            ("collection_keep_credit", "credit"),
            ("collection_use_credit", "credituse"),
        )
    )
    + "DROP FUNCTION collection_refuse_change(); DROP FUNCTION collection_plan_for(bigint);"
)


class Migration(migrations.Migration):
    replaces = [("collection", "0002_guards"), ("collection", "0004_allocate_in_one_pass")]
    dependencies = [("collection", "0001_squashed_0005_files_by_their_place")]
    operations = [migrations.RunSQL(REFUSE + PLAN_FOR + OPEN + ALLOCATE + CLAIM + CREDIT, DROP)]
