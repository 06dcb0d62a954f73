"""What we want otherwise from the sign-in library: accounts by invitation only, second factors sealed."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from tomoshibi.identity import queries, sealing


class ClosedSignup(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Staff go to the day board, people from outside to their portal."""
        return queries.home_url(is_staff=getattr(request.user, "is_staff", False))

    def get_signup_redirect_url(self, request: Any) -> str:
        return "/"


class SealedSecrets(DefaultMFAAdapter):
    """Seals what the sign-in library stores: the secret of an app, the seed of recovery codes."""

    def encrypt(self, text: str) -> str:
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(encrypted_text)
