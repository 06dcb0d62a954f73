from django.db import migrations, models


class Migration(migrations.Migration):
    """Empty means not chosen. Until now everybody had the default, chosen by nobody and without effect."""

    dependencies = [("identity", "0001_initial")]
    operations = [
        migrations.AlterField(
            model_name="user",
            name="language",
            field=models.CharField(blank=True, default="", max_length=10),
        ),
        migrations.RunSQL("UPDATE identity_user SET language = ''", migrations.RunSQL.noop),
    ]
