from django.db import migrations

# Seals are fieldwork's. What was typed at a point before is told to it: where the point stands now, since its
# installation as far as that is known, without a label. A number that stands at two points, or hangs elsewhere, stays
# with the first: a seal number is used once in its life, and the other point counts as without one.
MOVE = """
    INSERT INTO fieldwork_seal (number, label_id, subject, place, placed_at, received_at)
    SELECT DISTINCT ON (p.seal_number) p.seal_number, l.id, 'groups.point:' || p.id, coalesce(a.number, ''),
           least(coalesce(p.installed_on::timestamptz, now()), now()), now()
    FROM groups_point p
    LEFT JOIN groups_placement pl ON pl.point_id = p.id AND pl."end" IS NULL
    LEFT JOIN supply_accesspoint a ON a.id = pl.access_point_id
    LEFT JOIN fieldwork_label l ON l.subject = 'groups.point:' || p.id AND l.void_at IS NULL
    WHERE p.seal_number <> ''
    ORDER BY p.seal_number, p.id
    ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):

    dependencies = [
        ("groups", "0004_final_bill"),
        ("fieldwork", "0003_seals_older_than_labels"),
        ("supply", "0003_districts_and_access_points"),
    ]

    operations = [migrations.RunSQL(MOVE, migrations.RunSQL.noop)]
