"""What people upload."""

from django import forms

from accounts.forms.base import PortalForm


class LogoForm(PortalForm):
    picture = forms.FileField(
        label="Picture",
        help_text="PNG, JPEG, WebP or GIF, up to 2 MB. We draw it anew, without its metadata.",
        widget=forms.ClearableFileInput(
            attrs={"accept": "image/png,image/jpeg,image/webp,image/gif"}
        ),
        error_messages={
            "required": "Choose a file first.",
            "empty": "This file is empty.",
            "max_length": "The name of this file is too long.",
        },
        max_length=200,
    )
