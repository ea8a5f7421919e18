"""The letter that tells a commenter what came of what they said."""

import hashlib
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from plans.comments.answers import read_at
from plans.letters.links import private_token
from plans.models import Comment, Response
from vocabularies.models import Region
from vocabularies.templatetags.words import counted


@dataclass
class Told:
    """One answer with the comments of this address that it answers: [(comment, private link)]."""

    response: Response
    comments: list[tuple[Comment, str]]

    @property
    def change_url(self) -> str:
        return self.response.change_url(min(one.version.number for one, _ in self.comments))


def answered(email: str, comments: list[Comment]) -> None:
    """All that one address said and that was answered, in one letter."""
    plan = comments[-1].version.plan
    by_response: dict[int, Told] = {}
    for comment in comments:
        response = comment.response
        if response is None:
            raise ValueError("Only an answered comment is told of.")
        url = settings.SITE_URL + reverse("plans:comment_follow", args=[private_token(comment)])
        by_response.setdefault(response.pk, Told(response, [])).comments.append((comment, url))
    subject = (
        f"Your comment {comments[0].receipt} is answered"
        if len(comments) == 1
        else f"Your {counted(len(comments), 'comment')} on the plan are answered"
    )
    context = {
        "region": Region.current(),
        "site_url": settings.SITE_URL,
        "subject": subject,
        "name": comments[-1].name,
        "told": list(by_response.values()),
        "all_url": f"{settings.SITE_URL}{reverse('plans:response_list')}{read_at(plan)}",
    }
    ids = ",".join(str(one.pk) for one in comments)
    letter = EmailMultiAlternatives(
        subject,
        render_to_string("plans/letters/comment_answered.txt", context).strip() + "\n",
        to=[email],
        headers={
            "X-Letter-Kind": "comment-answered",
            "X-Letter-Key": f"comment-answered:{hashlib.sha256(ids.encode()).hexdigest()[:32]}",
        },
    )
    letter.attach_alternative(
        render_to_string("plans/letters/comment_answered.html", context), "text/html"
    )
    letter.send()
