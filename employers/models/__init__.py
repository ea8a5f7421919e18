"""What employers need, and what they offer to learners."""

from employers.models.details import (
    BeneficiaryAnswer,
    Placement,
    PreApprenticeship,
    TrainingPlan,
    TrainingStep,
    Visit,
)
from employers.models.employers import Employer
from employers.models.imports import ColumnMatch, Import, ImportRow
from employers.models.life import (
    Dismissal,
    Kept,
    Reminder,
    Report,
    SavedSearch,
    SectionSave,
    Typed,
    ViewCount,
)
from employers.models.listing import Listing, ListingEvent, Mark, OpenCount
from employers.models.opportunities import Location, Opportunity, SkillWanted
from employers.models.policy import Policy
from employers.models.searching import SearchWord
from employers.models.terms import ApprenticeshipTerms, WageStep

__all__ = [
    "ApprenticeshipTerms",
    "BeneficiaryAnswer",
    "ColumnMatch",
    "Dismissal",
    "Employer",
    "Import",
    "ImportRow",
    "Kept",
    "Listing",
    "ListingEvent",
    "Location",
    "Mark",
    "OpenCount",
    "Opportunity",
    "Placement",
    "Policy",
    "PreApprenticeship",
    "Reminder",
    "Report",
    "SavedSearch",
    "SectionSave",
    "SearchWord",
    "SkillWanted",
    "TrainingPlan",
    "TrainingStep",
    "Typed",
    "ViewCount",
    "Visit",
    "WageStep",
]
