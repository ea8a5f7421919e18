"""Who may sign in to the demo. Everybody here is invented."""

from dataclasses import dataclass
from datetime import date

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import check_password, make_password

from accounts.choices import MembershipRole, MembershipState, StaffRole
from accounts.models import Duty, Membership, Organization, User
from partnerships.demo.files import at

DEMO_PASSWORD = "hill-and-river-2026"  # noqa: S105


@dataclass(frozen=True)
class Person:
    login: str
    name: str
    role: str
    look: str
    duties: tuple[str, ...] = ()
    organization: str = ""
    administers: bool = False

    @property
    def email(self) -> str:
        return f"{self.login}@example.org"


PEOPLE = [
    Person(
        "admin",
        "Adele Morrow",
        "Coalition administrator",
        "/desk/: what waits to be verified and reviewed",
        (StaffRole.ADMINISTRATOR,),
    ),
    Person(
        "ines.calloway",
        "Ines Calloway",
        "Coalition administrator, outreach coordinator",
        "/desk/, then the digests to career centers",
        (StaffRole.ADMINISTRATOR, StaffRole.OUTREACH),
    ),
    Person(
        "omar.whitfield",
        "Omar Whitfield",
        "Plan editor, Education & Training",
        "/plan/3.2/: change an item, publish a version",
        (StaffRole.PLAN_EDITOR,),
    ),
    Person(
        "priya.lindqvist",
        "Priya Lindqvist",
        "Plan editor, Industry Partnerships",
        "/plan/3.2/: change an item, publish a version",
        (StaffRole.PLAN_EDITOR,),
    ),
    Person(
        "dana.okafor",
        "Dana Okafor",
        "Employer's administrator, Caliche Semiconductor Works",
        "/opportunities/post/: post an opportunity",
        organization="caliche-semi",
        administers=True,
    ),
    Person(
        "luis.brandt",
        "Luis Brandt",
        "Employer's administrator, Firefly Sound & Stage",
        "/desk/: an organization returned for an update",
        organization="firefly-stage",
        administers=True,
    ),
    Person(
        "mei.harlow",
        "Mei Harlow",
        "Counselor, Rio Claro Community College",
        "/opportunities/: subscribe to a search",
        organization="rio-claro",
    ),
    Person(
        "theo.ramsey",
        "Theo Ramsey",
        "Counselor and administrator, Capital Plains State University",
        "/desk/: the university's own page",
        organization="capital-plains",
        administers=True,
    ),
    Person(
        "ruth.abara",
        "Ruth Abara",
        "Instructor, Cybersecurity Bootcamp at Capital Plains",
        "/programs/: the program and its openings",
        organization="capital-plains",
    ),
    Person("sam.vega", "Sam Vega", "Resident, no organization", "/plan/: comment on an item"),
    Person(
        "lena.marsh",
        "Lena Marsh",
        "Moderator",
        "/desk/: comments that wait",
        (StaffRole.MODERATOR,),
    ),
    Person(
        "noor.ellis",
        "Noor Ellis",
        "Read-only evaluator",
        "/desk/: everything, nothing to decide",
        (StaffRole.EVALUATOR,),
    ),
]
EMAILS = [person.email for person in PEOPLE]


def load(today: date) -> dict[str, User]:
    """The people by their login ("dana.okafor"), with their duties and the demo's password."""
    users = {}
    password = _hashed()
    for person in PEOPLE:
        user, _ = User.objects.update_or_create(
            email=person.email, defaults={"name": person.name, "password": password}
        )
        EmailAddress.objects.update_or_create(
            user=user, email=user.email, defaults={"verified": True, "primary": True}
        )
        for duty in person.duties:
            Duty.objects.get_or_create(user=user, role=duty, defaults={"given_at": at(today, -400)})
        users[person.login] = user
    return users


def _hashed() -> str:
    """One hash for all: each costs a third of a second, and the password is no secret. One that
    is stored already is kept, so that loading again signs nobody out."""
    stored = User.objects.filter(email__in=EMAILS).values_list("password", flat=True)
    for one in set(stored):
        if check_password(DEMO_PASSWORD, one):
            return one
    return make_password(DEMO_PASSWORD)


def join(today: date, users: dict[str, User]) -> None:
    """Put the people into their organizations; a second claim on Estudio Mariposa waits."""
    for person in PEOPLE:
        if person.organization:
            Membership.objects.update_or_create(
                user=users[person.login],
                organization=Organization.objects.get(slug=person.organization),
                defaults={
                    "role": MembershipRole.ADMIN if person.administers else MembershipRole.MEMBER,
                    "state": MembershipState.ACTIVE,
                    "asked_at": at(today, -300),
                    "decided_at": at(today, -299),
                    "decided_by": users["admin"],
                },
            )
    Membership.objects.update_or_create(
        user=users["luis.brandt"],
        organization=Organization.objects.get(slug="estudio-mariposa"),
        defaults={
            "state": MembershipState.REQUESTED,
            "message": "We share a building, and I keep the books and the hiring for both.",
            "asked_at": at(today, -3, 14),
            "decided_at": None,
            "decided_by": None,
        },
    )
