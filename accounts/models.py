"""People, the organizations they speak for, and the record of who did what."""

from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import TrigramSimilarity
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from accounts.choices import (
    MembershipRole,
    MembershipState,
    OrganizationState,
    Ownership,
    RemarkState,
    ReviewState,
    SizeBand,
    StaffRole,
)
from accounts.hosts import host_of
from accounts.names import in_latin
from vocabularies.models import Industry, Place, Sector
from vocabularies.text import plain_line, without_accents

# What the law adds to a name tells nobody apart.
LEGAL_WORDS = {"inc", "llc", "ltd", "llp", "lp", "pllc", "corp", "corporation", "co", "company"}


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(
            email, password, **{"is_staff": True, "is_superuser": True, **fields}
        )

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. The e-mail address is the name; what they may do lies in
    memberships (for organizations) and duties (for the coalition)."""

    email = models.EmailField("e-mail", unique=True)
    name = models.CharField(max_length=80, validators=[plain_line])
    is_staff = models.BooleanField("may open the repair desk", default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_once",
                violation_error_message="This e-mail address has an account.",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @cached_property
    def duty_roles(self) -> frozenset[str]:
        """Roles on the coalition's staff; empty for everybody else. Read once a request."""
        return frozenset(self.duties.values_list("role", flat=True))

    @cached_property
    def administers(self) -> frozenset[int]:
        """Ids of the organizations that the person administers."""
        return frozenset(pk for pk, role in self._places if role == MembershipRole.ADMIN)

    @cached_property
    def belongs_to(self) -> frozenset[int]:
        """Ids of the organizations that the person is an active member of."""
        return frozenset(pk for pk, role in self._places)

    @cached_property
    def _places(self) -> list[tuple[int, str]]:
        active = self.memberships.filter(state=MembershipState.ACTIVE)
        return list(active.values_list("organization_id", "role"))

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)


class Duty(models.Model):
    """A role on the coalition's staff, given to a person on a day by somebody."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="duties")
    role = models.CharField(max_length=20, choices=StaffRole)
    given_at = models.DateTimeField(default=timezone.now)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "role"], name="one_duty_each")]
        verbose_name_plural = "duties"

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"


def name_key(name: str) -> str:
    """What a name is compared by: "The Café Company, LLC" and "cafe" are one, and so is a
    "cafe" with a Cyrillic а."""
    plain = without_accents(in_latin(name))
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    kept = [word for word in words if word not in LEGAL_WORDS and word != "the"]
    return " ".join(kept or words)[:120]


PROFILE_FIELDS = (
    "name employs teaches website email phone about sector size_band street place".split()
)

# Asking for an update must not hide what was public, nor must the update itself.
SHOWN_ONCE_VERIFIED = (
    OrganizationState.VERIFIED,
    OrganizationState.RETURNED,
    OrganizationState.PENDING,
)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, models.Model) else value


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def verified(self) -> "OrganizationQuerySet":
        return self.filter(state=OrganizationState.VERIFIED)

    def public(self) -> "OrganizationQuerySet":
        """What a stranger may see: whatever was verified once, also while it is updated and
        checked again, unless it is suspended."""
        return self.filter(state__in=SHOWN_ONCE_VERIFIED, verified_at__isnull=False)

    def resembling(self, name: str) -> "OrganizationQuerySet":
        """Those that the name may mean, nearest first; accents, case and "Inc." apart."""
        key = name_key(name)
        nearness = TrigramSimilarity("name_key", key)
        begins = models.Q(name_key__startswith=f"{key} ") if len(key) > 3 else models.Q()
        return (
            self.filter(models.Q(name_key=key) | models.Q(name_key__trigram_similar=key) | begins)
            .annotate(nearness=nearness)
            .filter(models.Q(nearness__gte=0.45) | models.Q(name_key=key) | begins)
            .order_by("-nearness", "name")
        )

    def visible_to(self, user: Any) -> "OrganizationQuerySet":
        """Public ones, one's own, and for staff all."""
        if not user.is_authenticated:
            return self.public()
        if user.duty_roles:
            return self
        return self.public() | self.filter(pk__in=user.belongs_to)

    def standing(self) -> "OrganizationQuerySet":
        """Not closed, and not merged into another."""
        return self.exclude(state=OrganizationState.CLOSED)

    def of(self, user: Any) -> "OrganizationQuerySet":
        """Those that the person is an active member of."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(
            memberships__user=user, memberships__state=MembershipState.ACTIVE
        ).distinct()


class Organization(models.Model):
    """A body that takes part: employer, provider or both. It may post once it is verified."""

    name = models.CharField(max_length=120, validators=[plain_line])
    name_key = models.CharField(max_length=120, editable=False, default="")
    slug = models.SlugField(max_length=80, unique=True)
    employs = models.BooleanField("hires, trains on the job or hosts learners", default=False)
    teaches = models.BooleanField("teaches or trains", default=False)
    website = models.URLField(blank=True, help_text="Its own site, such as https://example.org")
    email = models.EmailField("contact e-mail", blank=True, help_text="A shared mailbox is best")
    phone = models.CharField(max_length=30, blank=True, validators=[plain_line])
    about = models.TextField(blank=True, max_length=3000)
    sector = models.ForeignKey(
        Sector, models.PROTECT, null=True, blank=True, related_name="organizations"
    )
    industry = models.ForeignKey(
        Industry, models.PROTECT, null=True, blank=True, related_name="organizations"
    )
    size_band = models.CharField("people", max_length=10, choices=SizeBand, blank=True)
    street = models.CharField(max_length=120, blank=True, validators=[plain_line])
    place = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="organizations"
    )
    ownership = models.CharField(max_length=10, choices=Ownership, default=Ownership.BUSINESS)
    mail_domain = models.CharField(
        max_length=120,
        blank=True,
        editable=False,
        db_index=True,
        help_text="Host of its website: who has a mailbox there may claim it",
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_from"
    )
    state = models.CharField(
        max_length=12, choices=OrganizationState, default=OrganizationState.PENDING
    )
    state_reason = models.CharField(max_length=500, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    verified_at = models.DateTimeField(null=True, blank=True, help_text="The first time")
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    sent_at = models.DateTimeField(default=timezone.now, help_text="To staff, the last time")
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who of staff took it to check",
    )
    assigned_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="organization_name_once",
                violation_error_message="An organization of this name is here already.",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=OrganizationState.values),
                name="organization_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into__isnull=True)
                | models.Q(state=OrganizationState.CLOSED),
                name="merged_is_closed",
            ),
        ]
        indexes = [
            GinIndex(
                OpClass(models.F("name_key"), name="gin_trgm_ops"), name="organization_name_near"
            ),
            models.Index(fields=["state", "sent_at"], name="organization_waiting"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key, self.mail_domain = name_key(self.name), host_of(self.website)
        fields = kwargs.get("update_fields")
        if fields is not None:
            follows = {"name": "name_key", "website": "mail_domain"}
            kwargs["update_fields"] = {*fields, *(follows[f] for f in fields if f in follows)}
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("accounts:organization_show", args=[self.slug])

    def get_review_url(self) -> str:
        return reverse("accounts:organization_review", args=[self.slug])

    def as_recorded(self) -> dict[str, Any]:
        """Its profile as history keeps it: names and codes, ready for JSON."""
        return {field: _plain(getattr(self, field)) for field in PROFILE_FIELDS}

    @property
    def is_public(self) -> bool:
        """The rule of `OrganizationQuerySet.public`, for one that is at hand."""
        return self.verified_at is not None and self.state in SHOWN_ONCE_VERIFIED

    @property
    def may_post(self) -> bool:
        return self.state == OrganizationState.VERIFIED

    @property
    def reader(self) -> User | None:
        """Who of staff took it since it was sent in the last time."""
        taken = self.assigned_at is not None and self.assigned_at >= self.sent_at
        return self.assigned_to if taken else None


class Membership(models.Model):
    """A person speaks for an organization. Asked for, then decided by one of its
    administrators or by staff; an organization that stands keeps one administrator."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=MembershipRole, default=MembershipRole.MEMBER)
    state = models.CharField(
        max_length=10, choices=MembershipState, default=MembershipState.REQUESTED
    )
    message = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=300, blank=True, help_text="Of a refusal or a removal")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "organization"], name="one_membership_each"),
            models.CheckConstraint(
                condition=models.Q(state__in=MembershipState.values), name="membership_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=MembershipRole.values), name="membership_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} for {self.organization}"


class Invitation(models.Model):
    """A person is asked by letter to speak for an organization. The link works once and until
    it expires; only its hash is kept."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=MembershipRole, default=MembershipRole.MEMBER)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_at = models.DateTimeField(default=timezone.now)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-invited_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                "organization",
                condition=models.Q(used_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_invitation_each",
                violation_error_message="This person is invited already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} for {self.organization}"

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()

    @property
    def standing(self) -> str:
        """ "open", "used", "withdrawn" or "expired"."""
        if self.used_at:
            return "used"
        if self.withdrawn_at:
            return "withdrawn"
        return "expired" if self.is_expired else "open"

    @property
    def masked_email(self) -> str:
        """Enough for its owner to know it again, too little for whom the link was passed to."""
        name, _, host = self.email.partition("@")
        return f"{name[:1]}…@{host}"


class Logo(models.Model):
    """An organization's picture, drawn anew from what was uploaded: a PNG without metadata, small
    in pixels. It lies in the database, so that every web process and every backup has it."""

    organization = models.OneToOneField(Organization, models.CASCADE, related_name="logo")
    png = models.BinaryField()
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=16, help_text="Of its bytes; part of its address")
    uploaded_at = models.DateTimeField(default=timezone.now)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    def __str__(self) -> str:
        return f"Logo of {self.organization}"

    @property
    def url(self) -> str:
        """Its address changes with its bytes, so that it may be kept forever."""
        return reverse("accounts:logo_show", args=[self.organization.slug, self.digest])


class Entry(models.Model):
    """Who did what, when, to which thing: written by actions, outlives its object."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    by_name = models.CharField(max_length=80, help_text="As it was then; empty for the portal")
    what = models.CharField(max_length=60, help_text="A verb in the past: published, returned")
    subject_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    subject_id = models.CharField(max_length=40)
    subject = GenericForeignKey("subject_type", "subject_id")
    subject_name = models.CharField(max_length=200)
    organization = models.ForeignKey(
        Organization,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="entries",
        help_text="Whose members may read it beside staff",
    )
    why = models.CharField(max_length=1000, blank=True)
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-at"], name="entry_of"),
            models.Index(fields=["organization", "-at"], name="entry_of_organization"),
        ]
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return f"{self.by_name or 'The portal'} {self.what} {self.subject_name}"


class ReviewQuerySet(models.QuerySet["Review"]):
    def open(self) -> "ReviewQuerySet":
        return self.filter(state=ReviewState.OPEN)

    def of(self, thing: models.Model) -> "ReviewQuerySet":
        return self.filter(
            subject_type=ContentType.objects.get_for_model(thing), subject_id=str(thing.pk)
        )


class Review(models.Model):
    """One time that a thing was sent in and read by staff. Nobody decides what their own
    organization sent in."""

    subject_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    subject_id = models.CharField(max_length=40)
    subject = GenericForeignKey("subject_type", "subject_id")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="reviews")
    state = models.CharField(max_length=10, choices=ReviewState, default=ReviewState.OPEN)
    note = models.CharField(max_length=500, blank=True, help_text="From who sent it in")
    sent_at = models.DateTimeField(default=timezone.now)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=1000, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    assigned_at = models.DateTimeField(null=True, blank=True)
    words = models.JSONField(
        default=dict, blank=True, help_text="What was sent in, in words, by field"
    )

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["sent_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id"],
                condition=models.Q(state=ReviewState.OPEN),
                name="one_open_review",
                violation_error_message="This is in review already.",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ReviewState.RETURNED) | ~models.Q(reason=""),
                name="a_return_has_a_reason",
                violation_error_message="Say why, so that they can mend it.",
            ),
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="review_of"),
            models.Index(
                fields=["sent_at"],
                name="review_waiting",
                condition=models.Q(state=ReviewState.OPEN),
            ),
        ]

    def __str__(self) -> str:
        return f"Review of {self.subject}"

    @property
    def reader(self) -> User | None:
        """Who of staff took it to read."""
        return self.assigned_to


class Remark(models.Model):
    """What a reviewer says about one field of what was sent in, and, if wished, the words they
    propose for it. Its people accept, edit or answer."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="remarks")
    field = models.SlugField(max_length=40)
    reason = models.CharField(max_length=500)
    proposed = models.TextField(blank=True, max_length=5000)
    state = models.CharField(max_length=10, choices=RemarkState, default=RemarkState.OPEN)
    answer = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "field"],
                name="one_remark_a_field",
                violation_error_message="There is a remark on this field already.",
            ),
            models.CheckConstraint(
                condition=~models.Q(reason=""),
                name="a_remark_says_why",
                violation_error_message="Say why.",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=RemarkState.values), name="remark_state_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=RemarkState.ANSWERED) | ~models.Q(answer=""),
                name="an_answer_has_words",
                violation_error_message="Write your answer.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}"
