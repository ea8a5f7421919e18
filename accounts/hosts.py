"""Hosts of websites and mailboxes, and those where anybody can have one."""

from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

DATA = Path(__file__).parent / "data"
MOST = 120


def host_of(url: str) -> str:
    """ "https://www.Example.org/jobs" → "example.org"; "" where there is none."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""
    host = host.removeprefix("www.")
    return host if "." in host and len(host) <= MOST else ""


def domain_of(email: str) -> str:
    return email.rpartition("@")[2].lower().rstrip(".")


@cache
def _listed(name: str) -> frozenset[str]:
    lines = (DATA / name).read_text().splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _is_under(host: str, hosts: frozenset[str]) -> bool:
    """The host itself or a name below it."""
    parts = host.split(".")
    return any(".".join(parts[at:]) in hosts for at in range(len(parts)))


def is_public_mail_host(host: str) -> bool:
    return _is_under(host, _listed("mail_hosts.txt"))


def is_site_builder(host: str) -> bool:
    """Where anybody makes a page: a builder's free host, a social network, a shortener."""
    return _is_under(host, _listed("site_builders.txt"))


def belongs_to_one(host: str) -> bool:
    """A mailbox there says something about its owner."""
    return "." in host and not is_public_mail_host(host) and not is_site_builder(host)
