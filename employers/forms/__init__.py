"""The posting form's pages, and the small forms around them."""

from employers.forms.pages import ApplyForm, DatesForm, LearningForm, PayForm, PlaceForm, WorkForm
from employers.forms.section import SectionForm
from employers.forms.small import CloseForm, ReviewForm, StartForm
from employers.forms.terms import TermsForm, even_ladder

# By the section they write.
FORMS: dict[str, type[SectionForm]] = {
    form.section.slug: form
    for form in (WorkForm, PlaceForm, PayForm, TermsForm, LearningForm, ApplyForm, DatesForm)
}

__all__ = ["FORMS", "CloseForm", "ReviewForm", "SectionForm", "StartForm", "even_ladder"]
