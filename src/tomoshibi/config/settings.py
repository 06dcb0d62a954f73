"""Settings: everything that differs between places comes from the environment, each name starting with TOMOSHIBI_."""

import os
import secrets
from pathlib import Path

import django_stubs_ext
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from tomoshibi.config.logs import LOGGING  # noqa: F401 - Django reads it from here
from tomoshibi.config.rooms import ROOMS
from tomoshibi.storage import server

django_stubs_ext.monkeypatch()

CHECKOUT = Path(__file__).resolve().parents[3]
DATA = server.data_folder()
DEMO = os.environ.get("TOMOSHIBI_DEMO", "") not in {"", "0"}
DEBUG = os.environ.get("TOMOSHIBI_DEBUG", "") not in {"", "0"}


def _secret_key() -> str:
    """The key from the environment; an embedded server keeps one of its own beside the database."""
    given = os.environ.get("TOMOSHIBI_SECRET_KEY")
    if given:
        return given
    if not server.is_embedded():
        # The sentence alone: whoever starts it with half of its settings needs no traceback.
        raise SystemExit("TOMOSHIBI_SECRET_KEY must be set where TOMOSHIBI_DATABASE_URL names an outside database")
    file = DATA / "secret_key"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(50), encoding="ascii")
    return file.read_text(encoding="ascii")


SECRET_KEY = _secret_key()
SECRET_KEY_FALLBACKS = [key for key in os.environ.get("TOMOSHIBI_OLD_SECRET_KEYS", "").split(",") if key]
"""Earlier keys: what they signed or sealed is still read, nothing new is."""
ALLOWED_HOSTS = os.environ.get("TOMOSHIBI_HOSTS", "localhost,127.0.0.1,testserver").split(",")
TRUSTED_PROXIES = frozenset(filter(None, os.environ.get("TOMOSHIBI_TRUSTED_PROXIES", "").split(",")))
"""Addresses of proxies of ours, whose word about who is asking is taken."""
BASE_URL = os.environ.get("TOMOSHIBI_BASE_URL", "http://localhost:8000")
HTTPS = BASE_URL.startswith("https://")

INSTALLED_APPS = [
    "tomoshibi.config",
    *(f"tomoshibi.{room}" for room in ROOMS),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",  # pages of allauth use it
    "django.contrib.postgres",
    "django_htmx",
    "template_partials",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tomoshibi.identity.middleware.preferred_language",
    "tomoshibi.identity.middleware.AuditContext",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tomoshibi.config.company.per_request",
]

ROOT_URLCONF = "tomoshibi.config.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "tomoshibi.config.navigation.context",
            ],
        },
    }
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        **server.connection_parameters(),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = ["tomoshibi.identity.backends.ProcedureBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "tomoshibi.identity.adapters.ClosedSignup"
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_ADAPTER = "tomoshibi.identity.adapters.SealedSecrets"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS

LANGUAGE_CODE = os.environ.get("TOMOSHIBI_LANGUAGE", "ja")
LANGUAGES = [("ja", _("Japanese")), ("zh-hans", _("Chinese")), ("en", _("English"))]
TIME_ZONE = os.environ.get("TOMOSHIBI_TIME_ZONE", "Asia/Tokyo")
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = ["tomoshibi.ui.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
_NODE = CHECKOUT / "node_modules"
STATICFILES_DIRS = [
    ("tabler", _NODE / "@tabler/core/dist"),
    ("echarts", _NODE / "echarts/dist"),
    ("htmx", _NODE / "htmx.org/dist"),
    ("jsqr", _NODE / "jsqr/dist"),
]
ICON_FOLDER = _NODE / "@tabler/icons/icons"
FONT_FOLDERS = [_NODE / "@expo-google-fonts/noto-sans-jp", _NODE / "@expo-google-fonts/noto-sans-sc"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = DATA / "files"

# Everything that a page loads comes from this server; nothing is inline.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF, "data:"],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
        "frame-src": [SELF],
    }
}
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_TRUSTED_ORIGINS = [BASE_URL]
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = os.environ.get("TOMOSHIBI_SMTP_HOST", "127.0.0.1")
EMAIL_PORT = int(os.environ.get("TOMOSHIBI_SMTP_PORT", "8025"))
EMAIL_HOST_USER = os.environ.get("TOMOSHIBI_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("TOMOSHIBI_SMTP_PASSWORD", "")
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = os.environ.get("TOMOSHIBI_MAIL_FROM", "tomoshibi@example.jp")

# The day-ahead market's daily files; empty: none is asked.
SPOT_MARKET_ADDRESS = os.environ.get("TOMOSHIBI_SPOT_MARKET_ADDRESS", "")
SPOT_MARKET_AUTHORITY = os.environ.get("TOMOSHIBI_SPOT_MARKET_AUTHORITY", "")

# A worker that sends no sign of life for so long is dead, and its jobs are run again by another.
WORKER_STALLED_SECONDS = float(os.environ.get("TOMOSHIBI_WORKER_STALLED_SECONDS", "20"))

PGHISTORY_APPEND_ONLY = True
TOMOSHIBI_TESTS_WRAP_TRANSACTIONS = False
TOMOSHIBI_DEEDS_NEED_WORDS = False
SILENCED_SYSTEM_CHECKS: list[str] = []
