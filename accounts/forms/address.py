"""E-mail addresses of people without an account."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

# What a letter can be addressed to; a domain outside of ASCII is written in it (IDNA).
MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")


class AddressField(forms.EmailField):
    """An address that a letter can be sent to."""

    widget = forms.EmailInput(attrs={"autocomplete": "email"})

    def __init__(self, **kwargs: Any) -> None:
        required = {"required": "Write your e-mail address. It is never shown."}
        words: dict[str, Any] = {"max_length": 254, "error_messages": required} | kwargs
        super().__init__(**words)

    def clean(self, value: Any) -> str:
        email: str = super().clean(value)
        if not email:
            return email
        name, _, domain = email.rpartition("@")
        try:
            written = f"{name}@{domain.encode('idna').decode('ascii')}"
        except UnicodeError:
            written = ""
        if "." not in domain or not MAILBOX.fullmatch(written):
            raise ValidationError("Write a whole e-mail address, such as name@example.org.")
        return email
