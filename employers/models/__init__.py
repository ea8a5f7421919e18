"""What employers need, and what they offer to learners."""

from employers.models.employers import Employer
from employers.models.opportunities import Location, Opportunity
from employers.models.terms import ApprenticeshipTerms, WageStep

__all__ = ["ApprenticeshipTerms", "Employer", "Location", "Opportunity", "WageStep"]
