"""Forms of people, roles and invitations."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from tomoshibi.identity import queries


def _departments() -> list[tuple[str, Any]]:
    return [("", _("none")), *queries.departments()]


def _roles() -> list[tuple[str, str]]:
    return [(role.code, role.name) for role in queries.roles()]


class InvitationForm(forms.Form):
    username = forms.RegexField(
        r"^[a-z][a-z0-9._-]{2,29}$", label=_("Sign-in name"), help_text=_("3 to 30 small letters, digits, . _ -")
    )
    name = forms.CharField(label=_("Full name"), max_length=100)
    mail = forms.EmailField(label=_("Mail"), help_text=_("The invitation goes here; it is good for seven days."))
    department = forms.ChoiceField(label=_("Department"), choices=_departments, required=False)
    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=_roles, required=False, widget=forms.CheckboxSelectMultiple
    )


class PersonForm(forms.Form):
    department = forms.ChoiceField(label=_("Department"), choices=_departments, required=False)
    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=_roles, required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=_("Kept in the audit trail."))


class RoleForm(forms.Form):
    code = forms.SlugField(label=_("Code"), max_length=40)
    name = forms.CharField(label=_("Name"), max_length=100)
    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=_("Kept in the audit trail."))


class DepartmentForm(forms.Form):
    code = forms.SlugField(label=_("Code"), max_length=20)
    name = forms.CharField(label=_("Name"), max_length=100)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=_("Kept in the audit trail."))


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least twelve characters; a sentence is best."),
    )
    again = forms.CharField(
        label=_("Password again"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("password") != cleaned.get("again"):
            self.add_error("again", _("The two passwords differ."))
        return cleaned


class ViewForm(forms.Form):
    """What the dialog of a list sends; ``query`` is kept without what belongs to one request only."""

    list = forms.RegexField(r"^[a-z_]+\.[a-z_]+$", max_length=60)
    name = forms.CharField(max_length=40)
    query = forms.CharField(max_length=2000, required=False)
    shared = forms.BooleanField(required=False)
    default = forms.BooleanField(required=False)

    def clean_query(self) -> str:
        kept = QueryDict(self.cleaned_data["query"], mutable=True)
        for name in ("start", "export", "all"):
            kept.pop(name, None)
        return kept.urlencode()
