"""Secrets of apps and seeds of recovery codes stood in the clear; from here on the installation's key seals them."""

from django.db import migrations

from tomoshibi.identity import sealing


def seal_all(apps, schema_editor):
    for row in apps.get_model("mfa", "Authenticator").objects.filter(type__in=["totp", "recovery_codes"]).iterator():
        open_ones = {name: text for name, text in sealing.secrets_of(row.data) if not sealing.is_sealed(text)}
        if open_ones:
            row.data |= {name: sealing.seal(text) for name, text in open_ones.items()}
            row.save(update_fields=["data"])


def open_all(apps, schema_editor):
    for row in apps.get_model("mfa", "Authenticator").objects.filter(type__in=["totp", "recovery_codes"]).iterator():
        row.data |= {name: sealing.unseal(text) for name, text in sealing.secrets_of(row.data)}
        row.save(update_fields=["data"])


class Migration(migrations.Migration):

    dependencies = [
        ("identity", "0003_kept_views"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(seal_all, open_all)]
