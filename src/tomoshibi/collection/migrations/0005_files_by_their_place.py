"""Certificates and keys in the data folder are found there after a restore into another folder."""

from django.db import migrations

from tomoshibi.storage import places

FILES = ["key_path"]


def keep_by_place(apps, schema_editor):
    for row in apps.get_model("collection", "AgentLink").objects.all():
        for name in FILES:
            setattr(row, name, places.kept(getattr(row, name)))
        row.save(update_fields=FILES)


class Migration(migrations.Migration):

    dependencies = [("collection", "0004_allocate_in_one_pass")]

    operations = [migrations.RunPython(keep_by_place, migrations.RunPython.noop)]
