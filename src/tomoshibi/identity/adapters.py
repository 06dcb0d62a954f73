"""Accounts are given by invitation only."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from tomoshibi.identity import queries


class ClosedSignup(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Staff go to the day board, people from outside to their portal."""
        return queries.home_url(is_staff=getattr(request.user, "is_staff", False))

    def get_signup_redirect_url(self, request: Any) -> str:
        return "/"
