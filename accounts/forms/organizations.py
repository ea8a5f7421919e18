"""What people type about organizations and memberships."""

import ipaddress
from typing import Any, cast
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError

from accounts.choices import MembershipRole, OrganizationState, SizeBand
from accounts.forms.address import AddressField
from accounts.forms.base import PortalForm, PortalModelForm
from accounts.models import Organization, name_key
from accounts.taken import why_taken
from vocabularies.models import Place, Sector
from vocabularies.text import plain_line

DOES = [
    ("employs", "It hires, trains on the job or hosts learners"),
    ("teaches", "It teaches or trains"),
]


def public_web_address(url: str) -> None:
    """An address that strangers can open: http(s), a named host, nobody's credentials."""
    sentence = "Give a public web address, such as https://example.org."
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as error:
        raise ValidationError(sentence) from error
    try:
        ipaddress.ip_address(host)
        is_number = True
    except ValueError:
        is_number = False
    if parts.scheme not in ("http", "https") or parts.username or is_number or "." not in host:
        raise ValidationError(sentence)


class OrganizationForm(PortalModelForm):
    """Its profile. `zip` stands for the place, `does` for the two roles."""

    does = forms.MultipleChoiceField(
        label="What does it do?",
        choices=DOES,
        widget=forms.CheckboxSelectMultiple,
        help_text="Tick both if both are true",
        error_messages={"required": "Tick at least one, so that people find it."},
    )
    sector = forms.ModelChoiceField(
        Sector.objects.all(),
        empty_label="Choose a sector",
        error_messages={"required": "Choose the sector that fits best."},
    )
    zip = forms.CharField(
        label="ZIP code",
        max_length=10,
        help_text="Of its main place. People search by distance.",
        error_messages={"required": "Type the five digits of its ZIP code."},
        widget=forms.TextInput(
            attrs={"class": "short", "inputmode": "numeric", "autocomplete": "postal-code"}
        ),
    )

    class Meta:
        model = Organization
        fields = ["name", "website", "sector", "size_band", "about"]
        labels = {
            "name": "Name",
            "website": "Website (optional)",
            "size_band": "How many people work there? (optional)",
            "about": "About it (optional)",
        }
        help_texts = {
            "name": "As it is known, without Inc. or LLC if people leave that out",
            "website": "If it has one, such as https://example.org",
            "about": "A few sentences: what you make or teach, and for whom",
        }
        widgets = {
            # Not type=url: people leave https:// out, and we put it there.
            "website": forms.TextInput(attrs={"inputmode": "url", "autocomplete": "url"}),
            "about": forms.Textarea(attrs={"rows": 5}),
            "size_band": forms.Select(attrs={"class": "mid"}),
        }
        error_messages = {"name": {"required": "Type the name of the organization."}}

    field_order = ["name", "does", "sector", "zip", "size_band", "website", "about"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["website"].validators.append(public_web_address)
        self.fields["name"].widget.attrs["autocomplete"] = "organization"
        sizes = cast(forms.ChoiceField, self.fields["size_band"])
        sizes.choices = [("", "Not said"), *SizeBand.choices]
        if self.instance.pk:
            self.initial["does"] = [key for key, _ in DOES if getattr(self.instance, key)]
            self.initial["zip"] = self.instance.place_id or ""

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if not name_key(name):
            raise ValidationError("A name needs letters or digits.")
        others = Organization.objects.exclude(pk=self.instance.pk)
        other = others.filter(name__iexact=name).first()
        # A hidden one that waits may be this person's, sent twice: the action knows.
        if other and (other.is_public or other.state != OrganizationState.PENDING):
            raise ValidationError(why_taken(other))
        return name

    def clean_zip(self) -> Place:
        digits = self.cleaned_data["zip"].split("-")[0]
        place = Place.objects.filter(zip=digits).first()
        if place is None:
            raise ValidationError("We do not know this ZIP code. Check its five digits.")
        return place

    def validate_constraints(self) -> None:
        """The name's constraint is met in `clean_name` and, for two at once, by the action."""

    def profile(self) -> dict[str, Any]:
        """What the actions take."""
        clean = self.cleaned_data
        fields = {name: clean[name] for name in self._meta.fields or ()}
        does = {key: key in clean["does"] for key, _ in DOES}
        return fields | does | {"place": clean["zip"]}


class OrganizationEditForm(OrganizationForm):
    """The same for one that exists: more ways to reach it, and the version that was opened."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta(OrganizationForm.Meta):
        fields = [*OrganizationForm.Meta.fields, "street", "email", "phone"]
        labels = OrganizationForm.Meta.labels | {
            "street": "Street and number (optional)",
            "email": "Contact e-mail (optional)",
            "phone": "Phone (optional)",
        }
        help_texts = OrganizationForm.Meta.help_texts | {
            "street": "Shown with the ZIP code’s city",
            "email": "Shown to everybody. A shared mailbox is best.",
            "phone": "Shown to everybody",
        }

    field_order = "name does sector zip street size_band website email phone about version".split()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        if self.instance.state == OrganizationState.VERIFIED:
            again = "A new name is checked again before you can post."
            self.fields["name"].help_text = f"{self.fields['name'].help_text}. {again}"
        self.fields["phone"].widget.attrs |= {"class": "mid", "autocomplete": "tel"}
        self.fields["street"].widget.attrs["autocomplete"] = "address-line1"


class JoinForm(PortalForm):
    message = forms.CharField(
        label="A word to its administrators",
        required=False,
        max_length=300,
        validators=[plain_line],
        help_text="Such as what you do there. They see your name and e-mail too.",
    )


class ReasonForm(PortalForm):
    """Why somebody is refused, removed, or something is sent back."""

    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=500,
        help_text="They read it. Say what they can do.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DecisionForm(ReasonForm):
    """`seen` is the version that was read. Without one it counts as an old one."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_seen(self) -> int:
        return self.cleaned_data["seen"] or 0


class RemovalForm(ReasonForm):
    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=300,
        help_text="If you give one, they read it",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class InviteForm(PortalForm):
    email = AddressField(
        label="E-mail",
        help_text="The letter goes there, and only its owner can accept",
        error_messages={"required": "Write the e-mail address of the person you invite."},
    )
    role = forms.ChoiceField(
        label="As",
        choices=[
            (MembershipRole.MEMBER, "A member, who posts and edits in its name"),
            (MembershipRole.ADMIN, "An administrator, who also decides who joins"),
        ],
        initial=MembershipRole.MEMBER,
        widget=forms.RadioSelect,
    )


class ClosingForm(ReasonForm):
    reason = forms.CharField(
        label="Why does it close?",
        max_length=500,
        help_text="Its members and our staff read it",
        error_messages={"required": "Say why. Its members and our staff read it."},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class MergerForm(ReasonForm):
    reason = forms.CharField(
        label="Why are they one?",
        max_length=500,
        help_text="The administrators of both read it in their letter",
        error_messages={"required": "Say why. The administrators of both read it."},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
