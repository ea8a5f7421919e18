"""What staff should look at twice before they verify an organization."""

from dataclasses import dataclass, field

from accounts.hosts import is_public_mail_host, is_site_builder
from accounts.models import Organization
from accounts.names import mixes_scripts, skeleton, without_digits

SHOWN = 5


@dataclass(frozen=True)
class Flag:
    title: str
    words: str
    others: list[Organization] = field(default_factory=list)


def flags_of(organization: Organization) -> list[Flag]:
    """Most telling first."""
    flags = []
    if alike := look_alikes(organization):
        words = "The name can be read as this one; look for letters or digits that imitate others."
        flags.append(Flag("Its name looks like another’s", words, alike))
    if mixes_scripts(organization.name):
        words = "One word has letters of two alphabets, such as a Cyrillic а among Latin letters."
        flags.append(Flag("Its name mixes alphabets", words))
    host = organization.mail_domain
    if is_site_builder(host) or is_public_mail_host(host):
        words = f"{host} lets anybody make a page. It does not show who they are."
        flags.append(Flag("Its website is on a free host", words))
    elif shared := _of_one_host(organization):
        words = f"{host} is the host of this one too. Nobody can claim either by e-mail."
        flags.append(Flag("Its website is another’s too", words, shared))
    return flags


def look_alikes(organization: Organization) -> list[Organization]:
    """Other organizations whose names a hasty eye would take for this one's."""
    mine = skeleton(organization.name)
    found: dict[int, Organization] = {}
    for name in {organization.name, without_digits(organization.name)}:
        others = Organization.objects.standing().exclude(pk=organization.pk).resembling(name)
        for other in others.select_related("place")[:50]:
            if skeleton(other.name) == mine:
                found[other.pk] = other
    return list(found.values())[:SHOWN]


def _of_one_host(organization: Organization) -> list[Organization]:
    if not organization.mail_domain:
        return []
    others = Organization.objects.standing().filter(mail_domain=organization.mail_domain)
    return list(others.exclude(pk=organization.pk).select_related("place")[:SHOWN])
