from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("parties", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE parties_customer_number; CREATE SEQUENCE parties_account_number",
            "DROP SEQUENCE parties_customer_number; DROP SEQUENCE parties_account_number",
        )
    ]
