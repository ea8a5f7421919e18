"""How allauth does things here."""

from io import BytesIO
from typing import Any

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import get_random_string
from qrcode.image.svg import SvgPathFillImage

from vocabularies.models import Region

# Letters whose body holds a code or a link that opens the account.
SECRET_LETTERS = {"email_confirmation", "login_code", "password_reset_key", "password_reset_code"}


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "E-mail and password do not go together. Check both.",
        "too_many_login_attempts": "Too many tries. Wait five minutes, then try again.",
        "incorrect_code": "This code is not right. Check it, or ask for a new one.",
        "incorrect_password": "This is not your password. Try again.",
        "enter_current_password": "This is not your present password. Try again.",
        "account_inactive": "This account is closed. Write to us if that is wrong.",
        "duplicate_email": "This address is on your account already.",
        "email_taken": "This address has an account already.",
        "rate_limited": "That was too many tries. Wait a few minutes, then try again.",
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        words = {"region": Region.current(), "site_url": settings.SITE_URL}
        super().send_mail(template_prefix, email, words | context)

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """Each letter has its own key: asking for two codes sends two."""
        kind = template_prefix.rpartition("/")[2]
        marks = {"X-Letter-Kind": "account", "X-Letter-Key": f"{kind}:{get_random_string(24)}"}
        if kind.removesuffix("_signup") in SECRET_LETTERS:
            marks["X-Letter-Secret"] = "1"
        return super().render_mail(template_prefix, email, context, (headers or {}) | marks)

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:welcome")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:account_show")


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This code is not right. Codes change each 30 seconds: try the next.",
        "add_email_blocked": "Turn your second factor off before you add an address.",
    }

    def get_totp_issuer(self) -> str:
        return Region.current().name

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return "My passkey" if count == 0 else f"My passkey {count + 1}"

    def build_totp_svg(self, url: str) -> str:
        """On a ground of its own: cameras do not read dark codes on a dark page."""
        out = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(out)
        return out.getvalue().decode()
