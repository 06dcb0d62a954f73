"""Half-hours that fit into 16-bit numbers take half the room; rows written before stay as they are (step 0)."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('metering', '0001_squashed_0007_files_by_their_place'),
    ]

    operations = [
        migrations.AddField(
            model_name='halfhours',
            name='step_dwh',
            field=models.SmallIntegerField(default=0),
        ),
    ]
