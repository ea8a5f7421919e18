"""The site's shapes that need more than an include."""

from typing import Any

from django import forms, template
from django.urls import reverse

register = template.Library()


@register.filter
def summary_of_errors(form: forms.BaseForm) -> list[dict[str, str]]:
    """Every error of a form once, in the order of the page, with the id of the field to jump to
    ("" for the whole)."""
    items = []
    for name, errors in sorted(form.errors.items(), key=lambda item: _place_of(form, item[0])):
        anchor = ""
        if name in form.fields:
            anchor = form[name].auto_id or ""
            if isinstance(
                form.fields[name].widget, forms.RadioSelect | forms.CheckboxSelectMultiple
            ):
                anchor += "_0"
        items += [{"anchor": anchor, "text": text} for text in _named(form, name, errors)]
    return items


# What is refused by a sentence that would fit any field: in the summary it names its own.
OF_ANY_FIELD = (
    "min_value max_value min_length max_length invalid invalid_choice max_digits "
    "max_decimal_places max_whole_digits far direction control line invisible unseen"
).split()


def _named(form: forms.BaseForm, name: str, errors: Any) -> list[str]:
    label = str(form[name].label) if name in form.fields else ""
    label = label.removesuffix(" (optional)").rstrip("?:")
    found = []
    for error in errors.as_data():
        text = " ".join(error.messages)
        found.append(f"{label}: {text}" if label and error.code in OF_ANY_FIELD else text)
    return found


def _place_of(form: forms.BaseForm, name: str) -> int:
    """Where a field stands on the page; errors of the whole form come first."""
    layout = getattr(getattr(form, "helper", None), "layout", None)
    names = [pointer.name for pointer in layout.get_field_names()] if layout else [*form.fields]
    return names.index(name) if name in names else -1


@register.filter
def holds_password(form: forms.BaseForm) -> bool:
    """A browser sends no password back, so that one has to be typed again."""
    return any(isinstance(field.widget, forms.PasswordInput) for field in form.fields.values())


@register.inclusion_tag("components/crumbs.html")
def crumbs(*pairs: str) -> dict[str, Any]:
    """`{% crumbs "Plan" "plans:plan_show" "3.2" "" %}`: titles and url names (or paths)."""
    items = []
    for title, target in zip(pairs[::2], pairs[1::2], strict=True):
        items.append((title, reverse(target) if ":" in target or target in PLAIN else target))
    return {"items": items}


PLAIN = {"home", "desk"}
