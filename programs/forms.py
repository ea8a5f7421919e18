"""What a person may ask of the inventory."""

from typing import Any

from django import forms

from programs.choices import Format, Tier
from vocabularies.models import County, Sector
from vocabularies.text import tidy

SORTS = {"title": "A to Z", "cost": "Lowest cost", "checked": "Checked most recently"}
LARGEST_ID = 2**63 - 1
CODES = "invalid invalid_choice max_length min_value max_value".split()


class ProgramQuery(forms.Form):
    """The address of a list. Unknown keys are ignored; a wrong value is said, never guessed at.

    Once valid, `in_use` holds what was asked, ready for an address, and `labels` says it in words.
    """

    q = forms.CharField(
        max_length=200,
        required=False,
        error_messages={"max_length": "Use fewer words to search with."},
    )
    sector = forms.SlugField(max_length=50, required=False)
    county = forms.RegexField(r"^[0-9]{5}$", required=False)
    tier = forms.ChoiceField(choices=Tier, required=False)
    format = forms.ChoiceField(choices=Format, required=False)
    sort = forms.ChoiceField(choices=list(SORTS.items()), required=False)
    after = forms.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)

    WRONG = {
        "sector": "There is no such sector. Choose one from the list.",
        "county": "There is no such county. Choose one from the list.",
        "tier": "Choose entry-level or middle-wage jobs.",
        "format": "Choose in person, part online or online.",
        "sort": "The list cannot be sorted so. Choose one of the ways offered.",
        "after": "This part of the list is not there. Start again at the top.",
    }
    FILTERS = ("q", "sector", "county", "tier", "format")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.labels: dict[str, str] = {}
        for name, sentence in self.WRONG.items():
            self.fields[name].error_messages |= dict.fromkeys(CODES, sentence)

    def clean_q(self) -> str:
        words = tidy(self.cleaned_data["q"])
        if words:
            self.labels["q"] = f"“{words}”"
        return words

    def clean_sector(self) -> str:
        return self._known("sector", Sector.objects.filter(slug=self.cleaned_data["sector"]))

    def clean_county(self) -> str:
        return self._known("county", County.objects.filter(fips=self.cleaned_data["county"]))

    def _known(self, name: str, rows: Any) -> str:
        value = self.cleaned_data[name]
        if not value:
            return ""
        row = rows.first()
        if row is None:
            raise forms.ValidationError(self.WRONG[name])
        self.labels[name] = str(row)
        return value

    def clean_tier(self) -> str:
        return self._chosen("tier", Tier)

    def clean_format(self) -> str:
        return self._chosen("format", Format)

    def _chosen(self, name: str, choices: Any) -> str:
        value = self.cleaned_data[name]
        if value:
            self.labels[name] = choices(value).label
        return value

    @property
    def in_use(self) -> dict[str, str]:
        """Filters that were set, by their key in the address."""
        return {name: value for name in self.FILTERS if (value := self.cleaned_data.get(name))}

    @property
    def ordered_by(self) -> str:
        return self.cleaned_data.get("sort") or "title"
