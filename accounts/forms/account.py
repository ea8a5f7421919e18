"""allauth's forms in the portal's words and shape."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as factor
from allauth.mfa.recovery_codes import forms as recovery
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn

from accounts.forms.base import TidyMixin, asked_for

PASSWORD_HINT = "At least 12 characters. Three or four unrelated words are easy to keep in mind."  # noqa: S105
LABELS = {
    "login": "E-mail",
    "email": "E-mail",
    "password": "Password",
    "oldpassword": "Present password",
    "password1": "New password",
    "code": "Code",
    "name": "Name of this passkey",
    "passwordless": "Sign in with this passkey alone, without a password",
}
HINTS = {
    "password": "",
    "oldpassword": "",
    "password1": PASSWORD_HINT,
    "name": "So that you know it again, such as “Work laptop”",
    "passwordless": "It asks for your fingerprint, face or PIN each time.",
}


class Dressed(TidyMixin):
    """Labels and hints of ours, no placeholders, nothing asked twice."""

    labels: dict[str, str] = {}
    hints: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)
        labels, hints = LABELS | self.labels, HINTS | self.hints
        for name, field in self.fields.items():
            field.label = labels.get(name, field.label)
            field.help_text = hints.get(name, field.help_text)
            field.error_messages["required"] = asked_for(field)
            field.widget.attrs.pop("placeholder", None)
            field.widget.attrs.pop("autofocus", None)
            if name == "code":
                field.widget.attrs |= {"class": "short", "spellcheck": "false"}


class LoginForm(Dressed, account.LoginForm):
    labels = {"remember": "Keep me signed in on this device for two weeks"}
    hints = {"login": "Use your work address if you have one"}


class SignupForm(Dressed, account.SignupForm):
    labels = {"name": "Your name", "password1": "Password"}
    hints = {
        "name": "As colleagues know you",
        "email": "Use your work address if you have one. We send a code there.",
    }
    field_order = ["name", "email", "password1"]


class AddEmailForm(Dressed, account.AddEmailForm):
    labels = {"email": "Another e-mail address"}
    hints = {"email": "We send a code there"}


class ChangePasswordForm(Dressed, account.ChangePasswordForm):
    pass


class SetPasswordForm(Dressed, account.SetPasswordForm):
    pass


class ResetPasswordForm(Dressed, account.ResetPasswordForm):
    pass


class ResetPasswordKeyForm(Dressed, account.ResetPasswordKeyForm):
    pass


class ReauthenticateForm(Dressed, account.ReauthenticateForm):
    pass


class RequestLoginCodeForm(Dressed, account.RequestLoginCodeForm):
    pass


class ConfirmLoginCodeForm(Dressed, account.ConfirmLoginCodeForm):
    labels = {"code": "Code from our letter"}


class ConfirmEmailVerificationCodeForm(Dressed, account.ConfirmEmailVerificationCodeForm):
    labels = {"code": "Code from our letter"}


class AuthenticateForm(Dressed, factor.AuthenticateForm):
    labels = {"code": "Code from your authenticator app"}
    hints = {"code": "Or one of your recovery codes"}


class FactorReauthenticateForm(Dressed, factor.ReauthenticateForm):
    labels = {"code": "Code from your authenticator app"}
    hints = {"code": "Or one of your recovery codes"}


class ActivateTOTPForm(Dressed, totp.ActivateTOTPForm):
    labels = {"code": "Code that the app shows"}


class DeactivateTOTPForm(Dressed, totp.DeactivateTOTPForm):
    pass


class GenerateRecoveryCodesForm(Dressed, recovery.GenerateRecoveryCodesForm):
    pass


class AddWebAuthnForm(Dressed, webauthn.AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True


class EditWebAuthnForm(Dressed, webauthn.EditWebAuthnForm):
    pass
