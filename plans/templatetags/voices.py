"""Comments written out in Python: a page may show hundreds, and a template looks up some thirty
names for each."""

import html
from datetime import date
from functools import lru_cache

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from plans.choices import (
    RELATION_TO_READERS,
    CommentState,
    DeclineReason,
    Disposition,
    Source,
)
from plans.comments.heard import Heard, Said
from plans.models import Reply, Response, VersionItem
from plans.templatetags.plan import short_day
from vocabularies.templatetags.words import counted, day
from vocabularies.text import escape

register = template.Library()
REASONS = {one.value: str(one.label)[0].lower() + str(one.label)[1:] for one in DeclineReason}
DISPOSITIONS = {one.value: str(one.label).lower() for one in Disposition}
RELATIONS = {str(key.value): words for key, words in RELATION_TO_READERS.items()}
STANCES = {
    "support": "in support",
    "concern": "a concern",
    "question": "a question",
    "idea": "an idea",
}
SOURCES = {"email": "sent by e-mail", "paper": "sent on paper", "meeting": "said at a meeting"}


@register.filter
def in_a_word(stance: str) -> str:
    """ "a concern"; nothing where it was left open."""
    return STANCES.get(stance, "")


@lru_cache(maxsize=1024)
def _day(value: date, today: date) -> str:
    """`today` decides whether the year is named."""
    return day(value)


@lru_cache(maxsize=1024)
def _short(value: date) -> str:
    return short_day(value)


@register.simple_tag
def voices(heard: Heard, node: VersionItem, suffix: str = "") -> SafeString:
    """One page of comments on the item. `suffix`: "?version=1" on the page of an old version."""
    return mark_safe("\n".join(Writer(heard, node, suffix).all()))  # noqa: S308


@register.simple_tag
def voices_on_paper(heard: Heard, node: VersionItem) -> SafeString:
    return mark_safe("\n".join(Writer(heard, node, "").all_on_paper()))  # noqa: S308


class Writer:
    """Each method gives a piece of HTML, or "" where there is nothing to say."""

    def __init__(self, heard: Heard, node: VersionItem, suffix: str) -> None:
        self.heard, self.node, self.suffix = heard, node, suffix
        self.plan = reverse("plans:plan_show")
        # The suffix of a plan that is not the one that is read now names it first.
        named = suffix[1:].partition("&")[0]
        self.aside = f"{named}&amp;" if named.startswith("plan=") else ""
        self.zone, self.today = timezone.get_current_timezone(), timezone.localdate()
        self.item_id, self.version = node.item_id, node.version.number
        self.told: set[object] = set()  # differences and answers that stand above already

    def all(self) -> list[str]:
        return [
            self.voice(said) if said.state == CommentState.PUBLISHED else self.placeholder(said)
            for said in self.heard.page
        ]

    def all_on_paper(self) -> list[str]:
        shown = [said for said in self.heard.page if said.state == CommentState.PUBLISHED]
        return [
            f"<blockquote>{said.text_html}<footer>{self.who(said, '')}, "
            f"{_short(said.created_at.astimezone(self.zone).date())}{self.about_on_paper(said)}"
            "</footer></blockquote>"
            for said in shown
        ]

    def about_on_paper(self, said: Said) -> str:
        return "" if said.version == self.version else f", about version {said.version}"

    def voice(self, said: Said) -> str:
        name = f"{said.pk:04}"
        return (
            f'<article class="voice" id="c-{name}" aria-label="Comment {name}"><header>'
            f"{self.who(said)}<br>{self.when(said, name)}</header>"
            f"<blockquote>{said.text_html}</blockquote>{self.beside(said)}</article>"
        )

    def placeholder(self, said: Said) -> str:
        name = f"{said.pk:04}"
        told = " Its author was told." if said.source == Source.WEB else ""
        who = "its author" if said.source == Source.WEB else "the staff who had entered it"
        why = (
            f"not shown: {escape(REASONS[said.reason])}.{told}"
            if said.state == CommentState.DECLINED
            else f"withdrawn by {who}."
        )
        return (
            f'<article class="voice gone" id="c-{name}" aria-label="Comment {name}">'
            f'<p class="soft">Comment {name}, {self.day(said)}, {why}</p></article>'
        )

    def day(self, said: Said) -> str:
        return _day(said.created_at.astimezone(self.zone).date(), self.today)

    def who(self, said: Said, mark: str = "b") -> str:
        """The name, the organization and the relation, as far as the author lets them be shown."""
        name = said.name if said.shown == "all" else ""
        organization = "" if said.shown == "words" else said.organization
        relation = RELATIONS[said.relation] if organization and mark else ""
        if name:
            spoken = f", for {escape(organization)}" if organization else ""
            alone = ", speaking for themselves" if mark and not organization else ""
            return self.bold(name, mark) + (spoken or alone) + (f" ({relation})" * bool(relation))
        if organization:
            hidden = " (name not shown)" if mark else ""
            return self.bold(organization, mark) + (f", {relation}" * bool(relation)) + hidden
        return "<b>Somebody</b> who shows only the words" if mark else "Name not shown"

    def bold(self, words: str, mark: str) -> str:
        return f"<{mark}>{escape(words)}</{mark}>" if mark else escape(words)

    def when(self, said: Said, name: str) -> str:
        stance = f", {STANCES[said.stance]}" if said.stance else ""
        source = f", {SOURCES[said.source]}" if said.source in SOURCES else ""
        late = ", came late, after comments had closed" if said.late else ""
        as_here = said.item_id == self.item_id and said.version == self.version
        about = "" if as_here else "".join(f", {part}" for part in self.about(said))
        return f'<a href="#c-{name}">{self.day(said)}</a>{stance}{source}{about}{late}'

    def about(self, said: Said) -> list[str]:
        """On which item, in which version, and what it is called on this page."""
        here = self.heard.now.get(said.item_id)
        then = said.version != self.version
        parts = []
        if here and here.item_id != self.item_id:
            link = f"{self.plan}{here.number}/{html.escape(self.suffix)}"
            parts.append(f'on <a href="{link}">{here.number}</a>')
        if then or not here:
            link = f"{self.plan}{said.number}/?{self.aside}version={said.version}"
            parts.append(f'<a href="{link}">said about version {said.version}</a>')
        if not here:
            target = self.heard.now.get(self.heard.merged.get(said.item_id, said.item_id))
            into = target.number if target else "another item"
            parts.append(f"on {said.number}, which was merged into {into}")
        elif said.number != here.number:
            parts.append(f"where it was {said.number}")
        return parts

    def beside(self, said: Said) -> str:
        as_now = said.version == self.version
        if as_now and not (said.has_alike or said.response or said.has_replies):
            return ""
        parts = [self.difference(said), self.alike(said), self.answer(said)]
        parts += [self.reply(reply) for reply in self.heard.replies.get(said.pk, [])]
        return "".join(parts)

    def difference(self, said: Said) -> str:
        """The words that changed since; in full the first time on this page."""
        key = (said.version, said.item_id)
        changes = self.heard.differences.get(key)
        if not changes:
            return ""
        name = f"since-{said.version}-{self.heard.now[said.item_id].anchor}"
        if key in self.told:
            return f'<p class="src">These words <a href="#{name}">changed since</a>.</p>'
        self.told.add(key)
        lines = "".join(
            f'<p class="kind">{escape(kind)}</p><p class="stmt">{words}</p>'
            for kind, words in changes
        )
        return (
            f'<details class="numbers" id="{name}"><summary>These words changed since version '
            f"{said.version}</summary>{lines}</details>"
        )

    def alike(self, said: Said) -> str:
        n = self.heard.alike.get(said.pk)
        return f'<p class="src">{counted(n, "more comment")} said the same.</p>' if n else ""

    def answer(self, said: Said) -> str:
        response = self.heard.responses.get(said.response or 0)
        if response is None:
            return ""
        came = DISPOSITIONS[response.disposition]
        name = f"answer-{response.pk}"
        if response.pk in self.told:
            return f'<p class="src">Answered: <a href="#{name}">{came}, as above</a>.</p>'
        self.told.add(response.pk)
        when = timezone.localtime(response.published_at, self.zone).date()
        why = response.no_change_because
        return (
            f'<div class="reply" id="{name}"><h3>Answered {_short(when)}: {came}</h3>'
            f"{response.text_html}{self.changed(response)}"
            + (f"<p>No change, because: {html.escape(why)}</p>" if why else "")
            + "</div>"
        )

    def changed(self, response: Response) -> str:
        node = self.heard.now.get(response.changed_item_id) if response.changed_item_id else None
        if response.changed_item_id is None:
            return ""
        words = f"the changed words in {node.number}" if node else "the changed words"
        return f'<p class="src"><a href="{html.escape(response.change_url())}">See {words}</a></p>'

    def reply(self, reply: Reply) -> str:
        when = _short(timezone.localtime(reply.at, self.zone).date())
        if reply.withdrawn_at:
            then = _short(timezone.localtime(reply.withdrawn_at, self.zone).date())
            return f'<p class="src">The partnership replied {when} and withdrew it {then}.</p>'
        return (
            f'<div class="reply"><h3>The partnership replied, {when}: '
            f"{html.escape(reply.by_name)}</h3>{reply.text_html}</div>"
        )
