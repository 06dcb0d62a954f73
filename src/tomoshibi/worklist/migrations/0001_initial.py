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
                    name='Item',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('procedure', models.CharField(max_length=8)),
                        ('kind', models.CharField(max_length=60)),
                        ('subject', models.CharField(max_length=100)),
                        ('title', models.CharField(max_length=300)),
                        ('detail', models.TextField(blank=True)),
                        ('parameters', models.JSONField(default=dict)),
                        ('url', models.CharField(blank=True, max_length=300)),
                        ('role', models.CharField(blank=True, max_length=40)),
                        ('due_at', models.DateTimeField()),
                        ('opened_at', models.DateTimeField()),
                        ('owner_id', models.BigIntegerField(null=True)),
                        ('closed_at', models.DateTimeField(null=True)),
                        ('closed_by_id', models.BigIntegerField(null=True)),
                        ('outcome', models.CharField(blank=True, max_length=300)),
                    ],
                    options={
                        'indexes': [models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['procedure', 'due_at'], name='item_open_due'), models.Index(condition=models.Q(('closed_at__isnull', False)), fields=['closed_at'], name='item_closed')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('kind', 'subject'), name='item_open_once')],
                    },
                ),
            ],
        ),
    ]
