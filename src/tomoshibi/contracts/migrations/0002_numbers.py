from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("contracts", "0001_initial")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE contracts_contract_number", "DROP SEQUENCE contracts_contract_number")
    ]
