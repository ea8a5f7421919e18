"""All settings, from the environment.

`PORTAL_LOCAL=1` (set by `./dev`) is a development machine: plain cookies, the pages
under /dev/, letters as files. Without it every setting is production's.
"""

from datetime import timedelta
from pathlib import Path

import bootstrap_wrapper
import environ
from django.utils.csp import CSP

from partnerships.logs import configure_logging

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

LOCAL = env.bool("PORTAL_LOCAL", default=False)
STATE_DIR = Path(env("PORTAL_STATE", default=str(BASE_DIR / ".local")))
DEBUG = env.bool("DEBUG", default=False)
TESTING = env.bool("PORTAL_TEST", default=False)  # set by `./dev test`
SECRET_KEY = env("SECRET_KEY", default="local-only-" + "x" * 50 if LOCAL else environ.Env.NOTSET)
SITE_URL = env("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", "testserver"] if LOCAL else []
)
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL.startswith("https://") else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "django.contrib.admin",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "vocabularies",
    "accounts",
    "programs",
    "employers",
    "plans",
    "outreach",
    "partnerships",
]

MIDDLEWARE = [
    "partnerships.middleware.request_id",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "partnerships.middleware.headers",
    "partnerships.middleware.refuse_undecodable",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.FormsOutliveSessions",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "accounts.middleware.demand_second_factor_of_staff",
    "django_htmx.middleware.HtmxMiddleware",
    "partnerships.middleware.region_time_zone",
    "partnerships.middleware.say_what_takes_a_form",
]

ROOT_URLCONF = "partnerships.urls"
WSGI_APPLICATION = "partnerships.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "partnerships.context.portal",
            ],
            "builtins": ["vocabularies.templatetags.words", "partnerships.templatetags.shapes"],
        },
    }
]

# Databases and broker -------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", default="postgres:///portal")}
DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
# To compile a statement takes longer than any of ours runs.
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def _valkey(url: str, *, scheme: str, db: int) -> str:
    """One address in, the spelling each client wants out (socket or TCP)."""
    if url.startswith("unix://"):
        path = url.removeprefix("unix://").split("?")[0]
        if scheme == "broker":
            return f"redis+socket://{path}?virtual_host={db}"
        return f"unix://{path}?db={db}"
    return f"{url.rstrip('/')}/{db}"


REDIS_URL = env("REDIS_URL", default="redis://127.0.0.1:6379")
# The first of the two numbered databases that are ours in it.
VALKEY_DB = env.int("VALKEY_DB", default=0)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": _valkey(REDIS_URL, scheme="cache", db=VALKEY_DB + 1),
        "KEY_PREFIX": "portal",
    }
}

CELERY_BROKER_URL = _valkey(REDIS_URL, scheme="broker", db=VALKEY_DB)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10.0
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    # The default sweep for messages of dead workers takes about 100 s.
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BEAT_SCHEDULE = {
    "plan-digests": {
        "task": "outreach.tasks.plan_digests",
        "schedule": timedelta(minutes=5),
        "options": {"expires": 240},
    },
    "send-letters": {
        "task": "outreach.tasks.send_letters",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 25},
    },
    "ask-before-closing": {
        "task": "employers.tasks.ask_before_closing",
        "schedule": timedelta(minutes=15),
        "options": {"expires": 600},
    },
    "keep-view-counts": {
        "task": "employers.tasks.keep_view_counts",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 50},
    },
    "count-openings": {
        "task": "employers.tasks.count_openings",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 25},
    },
    "refresh-search-words": {
        "task": "employers.tasks.refresh_words",
        "schedule": timedelta(minutes=10),
        "options": {"expires": 300},
    },
    "continue-imports": {
        "task": "employers.importing.tasks.continue_imports",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 50},
    },
    "tell-answered": {
        "task": "plans.tasks.tell_answered",
        "schedule": timedelta(minutes=5),
        "options": {"expires": 240},
    },
    "write-to-followers": {
        "task": "plans.tasks.write_to_followers",
        "schedule": timedelta(minutes=30),
        "options": {"expires": 1500},
    },
    "erase-commenters": {
        "task": "plans.tasks.erase_commenters",
        "schedule": timedelta(days=1),
        "options": {"expires": 3600},
    },
    "forget-people": {
        "task": "employers.tasks.forget_people",
        "schedule": timedelta(days=1),
        "options": {"expires": 3600},
    },
    "keep-live-values": {
        "task": "plans.tasks.keep_live_values",
        "schedule": timedelta(hours=1),
        "options": {"expires": 3000},
    },
    "count-live-figures": {
        "task": "plans.tasks.count_live_figures",
        "schedule": timedelta(minutes=2),
        "options": {"expires": 100},
    },
    "print-plans-ahead": {
        "task": "plans.tasks.print_ahead",
        "schedule": timedelta(minutes=5),
        "options": {"expires": 240},
    },
    "remind-of-news": {
        "task": "plans.tasks.remind_of_news",
        "schedule": timedelta(hours=1),
        "options": {"expires": 3000},
    },
    "forget-imports": {
        "task": "employers.importing.tasks.forget_imports",
        "schedule": timedelta(days=1),
        "options": {"expires": 3600},
    },
}

# Accounts -------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
LOGOUT_REDIRECT_URL = "home"

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
# Behind our proxy the last forwarded address is the sender's; limits count by it.
ALLAUTH_TRUSTED_PROXY_COUNT = 0 if LOCAL else 1
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupForm"
_FORMS = "accounts.forms.account"
ACCOUNT_FORMS = {
    "login": f"{_FORMS}.LoginForm",
    "signup": f"{_FORMS}.SignupForm",
    "add_email": f"{_FORMS}.AddEmailForm",
    "change_password": f"{_FORMS}.ChangePasswordForm",
    "set_password": f"{_FORMS}.SetPasswordForm",
    "reset_password": f"{_FORMS}.ResetPasswordForm",
    "reset_password_from_key": f"{_FORMS}.ResetPasswordKeyForm",
    "reauthenticate": f"{_FORMS}.ReauthenticateForm",
    "request_login_code": f"{_FORMS}.RequestLoginCodeForm",
    "confirm_login_code": f"{_FORMS}.ConfirmLoginCodeForm",
    "confirm_email_verification_code": f"{_FORMS}.ConfirmEmailVerificationCodeForm",
}
MFA_FORMS = {
    "authenticate": f"{_FORMS}.AuthenticateForm",
    "reauthenticate": f"{_FORMS}.FactorReauthenticateForm",
    "activate_totp": f"{_FORMS}.ActivateTOTPForm",
    "deactivate_totp": f"{_FORMS}.DeactivateTOTPForm",
    "generate_recovery_codes": f"{_FORMS}.GenerateRecoveryCodesForm",
    "add_webauthn": f"{_FORMS}.AddWebAuthnForm",
    "edit_webauthn": f"{_FORMS}.EditWebAuthnForm",
}
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = SITE_URL.split(":")[0]
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOCAL
USERSESSIONS_TRACK_ACTIVITY = False
# Staff of the coalition must have a second factor everywhere but on a development machine.
STAFF_NEED_SECOND_FACTOR = env.bool("STAFF_NEED_SECOND_FACTOR", default=not LOCAL)

# Letters --------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Hill & River <portal@example.org>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
SMTP_URL = env("SMTP_URL", default="")
MAIL_DIR = STATE_DIR / "mail"
JOURNAL_DIR = Path(env("JOURNAL_DIR", default=str(STATE_DIR / "journals")))


def _postman() -> dict:
    if SMTP_URL:
        smtp = env.email_url("SMTP_URL")
        return {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {
                "host": smtp["EMAIL_HOST"],
                "port": smtp["EMAIL_PORT"] or 25,
                "username": smtp["EMAIL_HOST_USER"] or "",
                "password": smtp["EMAIL_HOST_PASSWORD"] or "",
                "use_tls": bool(smtp.get("EMAIL_USE_TLS")),
                "use_ssl": bool(smtp.get("EMAIL_USE_SSL")),
                "timeout": 10,
            },
        }
    return {"BACKEND": "outreach.mailers.FolderBackend"}


MAILERS = {
    "default": {"BACKEND": "outreach.mailers.OutboxBackend"},
    "postman": _postman(),
}

# Words, time, files ---------------------------------------------------------------

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(STATE_DIR / "static")))
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("bootstrap", bootstrap_wrapper.get_bootstrap_dir()),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or TESTING
WHITENOISE_AUTOREFRESH = DEBUG

CRISPY_ALLOWED_TEMPLATE_PACKS = ["bootstrap5"]
CRISPY_TEMPLATE_PACK = "bootstrap5"
FORMS_URLFIELD_ASSUME_HTTPS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400

# Security -------------------------------------------------------------------------

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "partnerships.views.csrf_failure"
if not LOCAL:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 63_072_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_SECURE = True
    CSRF_COOKIE_NAME = "__Host-csrftoken"

LOGGING_CONFIG = None
configure_logging(pretty=LOCAL)
