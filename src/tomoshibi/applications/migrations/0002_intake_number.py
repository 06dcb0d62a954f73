from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("applications", "0001_intake")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE applications_intake_number", "DROP SEQUENCE applications_intake_number")
    ]
