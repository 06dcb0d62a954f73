"""Certificates and keys in the data folder are found there after a restore into another folder."""

from django.db import migrations

from tomoshibi.storage import places

FILES = ["certificate_file", "key_file", "trust_file"]


def keep_by_place(apps, schema_editor):
    for row in apps.get_model("applications", "SwitchingLink").objects.all():
        for name in FILES:
            setattr(row, name, places.kept(getattr(row, name)))
        row.save(update_fields=FILES)


class Migration(migrations.Migration):

    dependencies = [("applications", "0008_works")]

    operations = [migrations.RunPython(keep_by_place, migrations.RunPython.noop)]
