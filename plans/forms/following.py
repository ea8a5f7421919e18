"""Who wants letters about the plan."""

from typing import Any

from crispy_forms.layout import Div, Field, Layout
from django import forms

from accounts.forms import PortalForm
from accounts.forms.address import AddressField
from plans.models import VersionItem

WHOLE = "plan"


class FollowForm(PortalForm):
    """`places`: the item and those that it stands under, the nearest first. `website` is a trap
    that no person sees. Who is signed in gives no address."""

    what = forms.ChoiceField(
        label="What do you want to follow?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what you want to follow."},
    )
    email = AddressField(label="E-mail", help_text="Never shown. We send one link to confirm.")
    website = forms.CharField(
        label="Leave this empty",
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    def __init__(
        self,
        *args: Any,
        places: list[VersionItem],
        plan: Any,
        known: bool = False,
        **kwargs: Any,
    ) -> None:
        initial = {"what": str(places[0].item_id) if places else WHOLE}
        super().__init__(*args, initial=initial | kwargs.pop("initial", {}), **kwargs)
        self.fields["what"].choices = [  # type: ignore[attr-defined]
            *(
                (str(one.item_id), f"{one.number} {one.title[:80]}, and all below it")
                for one in places
            ),
            (WHOLE, f"The whole plan: {plan}"),
        ]
        if known:
            del self.fields["email"]
        address = [] if known else [Field("email", css_class="mid")]
        self.helper.layout = Layout("what", *address, Div(Field("website"), hidden=True))

    @property
    def is_trap(self) -> bool:
        return bool(self.data.get("website"))
