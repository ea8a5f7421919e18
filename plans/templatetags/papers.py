"""Ways to take the plan along."""

from urllib.parse import quote

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from plans.models import Plan, PlanVersion, VersionItem
from plans.paper.sheets import lasting_address, plan_address

register = template.Library()
# Some mail programs cut longer addresses.
MOST = 1_500


@register.simple_tag
def mail_item(node: VersionItem, version: PlanVersion) -> SafeString:
    """A link that opens a letter with the item's words and lasting address; nothing is sent by
    this site."""
    cast = [f"{word}: {', '.join(g['name'] for g in groups)}" for _, word, groups in node.cast]
    body = "\n\n".join(
        filter(
            None,
            [
                f"{node.number} {node.title}",
                node.statement if node.handle else "",
                "\n".join(cast),
                f"{version.plan}, version {version.number}:",
                lasting_address(node),
            ],
        )
    )
    return _mail(f"{node.number} {node.title}", body)


@register.simple_tag
def mail_plan(plan: Plan, suffix: str) -> SafeString:
    return _mail(str(plan), f"{plan}\n\n{plan_address(suffix)}")


@register.simple_tag
def mail_silent(
    kind: str, nodes: list[VersionItem], version: PlanVersion, closes: str
) -> SafeString:
    """A link that opens a letter to people of a kind that have said nothing to these items; to
    whom it goes, its writer knows."""
    named = [f"{node.number} {node.title[:60]}\n{lasting_address(node)}" for node in nodes[:5]]
    more = f"and {len(nodes) - 5} more: {plan_address('')}" if len(nodes) > 5 else ""
    body = "\n\n".join(
        filter(
            None,
            [
                f"Hello,\n\n{version.plan} is open for comment until {closes}. On these parts we "
                f"have heard nothing from {kind} yet:",
                *named,
                more,
                "What do they look like from where you stand? You can say it on the page of each "
                "part. You need no account.",
            ],
        )
    )
    hidden = format_html('<span class="visually-hidden">: {}, by e-mail</span>', kind)
    words = format_html("Ask them{}", hidden)
    return _mail(f"What do you say to {version.plan}?", body, words)


def _mail(subject: str, body: str, words: str = "E-mail this page") -> SafeString:
    """Line breaks as RFC 6068 wants them."""
    lines = body[:MOST].replace("\n", "\r\n")
    address = f"mailto:?subject={quote(subject[:150], safe='')}&body={quote(lines, safe='')}"
    return format_html('<a href="{}">{}</a>', address, words)


@register.filter
def asks_for(version: PlanVersion, is_current: bool) -> str:
    """What addresses of a version's files end with."""
    if is_current and not version.aside:
        return ""
    return version.get_absolute_url().removeprefix(reverse("plans:plan_show"))
