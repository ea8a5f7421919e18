"""Enumerations of this room."""

from django.db import models


class InstitutionKind(models.TextChoices):
    """What kind of body teaches, or runs a career center."""

    PUBLIC_2_YEAR = "public-2-year", "Public two-year college"
    PUBLIC_4_YEAR = "public-4-year", "Public university"
    PRIVATE_4_YEAR = "private-4-year", "Private nonprofit college"
    FOR_PROFIT = "for-profit", "Private for-profit school"
    PUBLIC_SECONDARY = "public-secondary", "Public high school"
    WORKFORCE_CENTER = "workforce-center", "Workforce center"
    COMMUNITY = "community", "Community organization"
    LABOR = "labor", "Union or apprenticeship training center"
    EMPLOYER = "employer", "Employer that trains its own people"


class Tier(models.TextChoices):
    """Where the jobs lie that a program leads to."""

    ENTRY = "entry", "Entry-level jobs"
    MIDDLE_WAGE = "middle-wage", "Middle-wage jobs"


class Format(models.TextChoices):
    IN_PERSON = "in-person", "In person"
    HYBRID = "hybrid", "Part online"
    ONLINE = "online", "Online"
