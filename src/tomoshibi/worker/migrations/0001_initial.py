import django.db.models.deletion
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
                    name='Clock',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('now', models.DateTimeField()),
                        ('stepped_at', models.DateTimeField()),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='clock_one_row')],
                    },
                ),
                migrations.CreateModel(
                    name='Job',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=100)),
                        ('label', models.CharField(blank=True, max_length=200)),
                        ('procedure', models.CharField(blank=True, max_length=8)),
                        ('state', models.CharField(choices=[('waiting', 'waiting'), ('running', 'running'), ('done', 'done'), ('failed', 'failed')], default='waiting', max_length=10)),
                        ('arguments', models.JSONField(default=dict)),
                        ('done_count', models.BigIntegerField(default=0)),
                        ('total_count', models.BigIntegerField(default=0)),
                        ('message', models.CharField(blank=True, max_length=500)),
                        ('error', models.TextField(blank=True)),
                        ('requested_by_id', models.BigIntegerField(null=True)),
                        ('lock', models.CharField(blank=True, max_length=100)),
                        ('attempts', models.PositiveIntegerField(default=0)),
                        ('enqueued_at', models.DateTimeField()),
                        ('started_at', models.DateTimeField(null=True)),
                        ('ended_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['state', '-enqueued_at'], name='job_state_newest')],
                    },
                ),
                migrations.CreateModel(
                    name='ScheduleRun',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('schedule', models.CharField(max_length=100)),
                        ('day', models.DateField()),
                        ('hour', models.PositiveSmallIntegerField()),
                        ('job', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='worker.job')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('schedule', 'day', 'hour'), name='schedule_once')],
                    },
                ),
            ],
        ),
    ]
