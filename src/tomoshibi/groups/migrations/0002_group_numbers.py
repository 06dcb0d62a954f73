from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("groups", "0001_groups_and_points")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE groups_group_number", "DROP SEQUENCE groups_group_number"),
    ]
