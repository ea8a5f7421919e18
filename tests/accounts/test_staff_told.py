"""What staff read after they decided of an organization is true, and leads on."""

import pytest

from accounts.choices import OrganizationState
from accounts.models import Organization
from tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db


def verify(client, organization):
    url = organization.get_review_url()
    seen = client.get(url).context["form"]["seen"].value()
    answer = client.post(url, {"to": "verified", "seen": seen, "reason": ""}, follow=True)
    return answer.content.decode()


def test_a_letter_is_promised_only_where_somebody_gets_it(
    signed_in, coordinator, company, recruiter
):
    company.state = OrganizationState.PENDING
    company.save()
    nobodys = OrganizationFactory(state=OrganizationState.PENDING)
    client = signed_in(coordinator)

    assert "Its administrators have a letter." in verify(client, company)
    assert "nobody has a letter." in verify(client, nobodys)
    assert set(Organization.objects.values_list("state", flat=True)) == {"verified"}


def test_who_closes_what_is_not_theirs_comes_back_to_its_review(signed_in, coordinator, company):
    client = signed_in(coordinator)

    answer = client.post(f"/organizations/{company.slug}/close/", {"reason": "It is gone."})

    assert answer.url == company.get_review_url()
    assert client.get(answer.url).status_code == 200
