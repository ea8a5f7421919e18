"""The empty form to comment, as every item's page ends with it."""

import html
import uuid
from functools import cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from accounts.strangers import stamp
from plans.forms import CommentForm, known_of
from plans.organizations import known_names

register = template.Library()
# What differs from page to page, as the kept form has it.
KEPT = ("opened", "version", "token", "name", "email")
HOLES = {name: f"--{name}-goes-here--" for name in (*KEPT, "action", "csrf")}
NAMES = '<datalist id="known-organizations">'


@register.simple_tag(takes_context=True)
def blank_comment_form(context: Any, action: str, version: int) -> SafeString:
    """Rendering some forty fields and labels anew would cost more than hundreds of comments."""
    given = {
        "action": action,
        "opened": stamp(),
        "version": str(version),
        "token": str(uuid.uuid4()),
        "csrf": str(context.get("csrf_token", "")),
    } | known_of(context["request"].user)
    form = _blank()
    for name, value in given.items():
        form = form.replace(HOLES[name], html.escape(value))
    options = "".join(f'<option value="{html.escape(n)}"></option>' for n in known_names())
    return mark_safe(form.replace(NAMES, NAMES + options))  # noqa: S308


@cache
def _blank() -> str:
    form = CommentForm(initial={name: HOLES[name] for name in KEPT})
    values = {"form": form, "action": HOLES["action"], "csrf_token": HOLES["csrf"]}
    values["button"] = "Send my comment"
    return str(render_to_string("plans/_comment_form.html", values))
