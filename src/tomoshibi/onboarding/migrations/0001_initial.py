from django.db import migrations, models

from tomoshibi.storage.beginnings import Together


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('storage', '0001_extensions'),
    ]

    operations = [
        Together(
            operations=[
                migrations.CreateModel(
                    name='SetupStep',
                    fields=[
                        ('code', models.CharField(max_length=60, primary_key=True, serialize=False)),
                        ('done_at', models.DateTimeField()),
                        ('outcome', models.CharField(blank=True, max_length=300)),
                    ],
                ),
            ],
        ),
    ]
