"""The posting form's pages, and the small forms around them."""

from employers.forms.apply import ApplyForm
from employers.forms.dates import DatesForm
from employers.forms.kinds import LeadsForm, LearningForm, SevenForm, TrainingForm, VisitForm
from employers.forms.pay import PayForm
from employers.forms.place import PlaceForm
from employers.forms.section import SectionForm
from employers.forms.small import CloseForm, StartForm
from employers.forms.terms import TermsForm, even_ladder
from employers.forms.usual import UsualForm
from employers.forms.work import WorkForm

PAGES = (
    WorkForm,
    PlaceForm,
    PayForm,
    TermsForm,
    LeadsForm,
    LearningForm,
    SevenForm,
    TrainingForm,
    VisitForm,
    ApplyForm,
    DatesForm,
)
# By the section they write.
FORMS: dict[str, type[SectionForm]] = {form.section.slug: form for form in PAGES}

__all__ = [
    "FORMS",
    "CloseForm",
    "SectionForm",
    "StartForm",
    "UsualForm",
    "even_ladder",
]
