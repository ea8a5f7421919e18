"""The page that a kind has beside the others: where it leads, learning, training, the visit."""

from typing import Any

from crispy_forms.layout import HTML, Fieldset
from django import forms
from django.utils import timezone

from employers.choices import Kind, State
from employers.forms.fields import PlainIntegerField
from employers.forms.section import (
    FIRST_BUTTON,
    DetailForm,
    SectionForm,
    mid,
    more_button,
    pair,
    short,
)
from employers.models import Opportunity, Placement, PreApprenticeship, TrainingPlan, Visit
from employers.postings import sections, seven
from employers.postings.sections import objectives_of
from vocabularies.text import plain_line

MOST_OBJECTIVES = 5
MOST_LINES = 20


class LeadsForm(DetailForm):
    section = sections.LEADS
    accessor, detail = "pre_apprenticeship", PreApprenticeship
    said = {
        "posting": ("A posting of yours that it leads into", "If it stands here already"),
        "leads_into": ("Or its name", "Such as “Electrician, Granite Ridge Electric”"),
        "program_number": ("Its program number", "If it is registered"),
        "entry": (
            "What finishers get of it",
            "Such as “a sure interview, and the first 500 hours counted”",
        ),
        "credential": ("They leave with", "Such as OSHA 10 and a first-aid card"),
    }

    def add_fields(self) -> None:
        super().add_fields()
        posting: Any = self.fields["posting"]
        posting.queryset = Opportunity.objects.filter(
            employer=self.instance.employer_id,
            kind=Kind.APPRENTICESHIP,
            replaces__isnull=True,
        ).exclude(state__in=[State.CLOSED, State.ARCHIVED])
        posting.empty_label = "None of ours"
        if not posting.queryset:
            del self.fields["posting"]
            self.fields["leads_into"].label = "The apprenticeship it leads into"

    def layout(self) -> list[Any]:
        first = ["posting"] if "posting" in self.fields else []
        return [*first, "leads_into", mid("program_number"), "entry", "credential"]


class LearningForm(DetailForm):
    section = sections.LEARNING
    accessor, detail = "placement", Placement
    said = {
        "objectives": (
            "What they will be able to do at the end",
            "Three to five learning objectives, a line each",
        ),
        "week": ("A usual week", "What Monday to Friday look like"),
        "project": ("A project of their own", "Such as “build and show one report”"),
        "meetings": ("How often they meet whoever guides them", "Such as “half an hour a week”"),
        "evaluated": (
            "How they hear how it goes",
            "Such as “a talk in the middle and one at the end”",
        ),
        "may_lead": ("May it lead to a job?", ""),
        "credit_note": ("College and course", "If it counts: “Lost Pines, ELPT 1380”"),
        "pattern": ("How do work and class take turns?", ""),
        "terms_count": ("Terms at work", "How many in all"),
    }
    radios = ("may_lead", "pattern")

    class Meta(SectionForm.Meta):
        fields = ["term", "supervisor_role", "credit"]
        labels = {
            "term": "Season",
            "supervisor_role": "Who guides them",
            "credit": "College credit",
        }
        help_texts = {"supervisor_role": "The role, never a name: “lab manager”"}
        widgets = {"credit": forms.RadioSelect}

    def add_fields(self) -> None:
        super().add_fields()
        self.fields["objectives"].widget.attrs["rows"] = 5
        self.fields["week"].widget.attrs["rows"] = 4
        if self.instance.kind != Kind.CO_OP:
            del self.fields["pattern"], self.fields["terms_count"]

    def layout(self) -> list[Any]:
        co_op = ["pattern", short("terms_count")] if "pattern" in self.fields else []
        spared = [HTML(SPARED)] if seven.are_spared(self.instance) else []
        return [
            *spared,
            "objectives",
            "week",
            "project",
            mid("term"),
            *co_op,
            mid("supervisor_role"),
            "meetings",
            "evaluated",
            "credit",
            "credit_note",
            "may_lead",
        ]

    def clean_objectives(self) -> str:
        text = self.cleaned_data["objectives"]
        count = len(objectives_of(Placement(objectives=text)))
        if count > MOST_OBJECTIVES:
            raise forms.ValidationError(f"Give at most five, a line each; these are {count}.")
        return text


SPARED = (
    '<div class="note"><p><strong>No seven questions for you.</strong> They are for interns '
    "of businesses for profit who are not paid. Nonprofits and public bodies may take volunteers, "
    "as long as nobody is led to expect pay. This is not legal advice.</p></div>"
)


class SevenForm(SectionForm):
    """The seven questions, each yes or no; who answered and when is kept with them."""

    section = sections.SEVEN

    def add_fields(self) -> None:
        held = seven.answers_of(self.instance)
        for number, question in seven.QUESTIONS.items():
            name = f"seven_{number}"
            self.fields[name] = forms.ChoiceField(
                label=f"{number}. {question}",
                choices=[("yes", "Yes"), ("no", "No")],
                widget=forms.RadioSelect,
            )
            if number in held:
                self.initial[name] = "yes" if held[number] else "no"

    def layout(self) -> list[Any]:
        why = (
            '<div class="note"><p>You are a business, and this place is not paid. That is '
            "lawful only where the intern, not the business, gains most from it. These are the "
            "questions that the U.S. Department of Labor asks (Fact Sheet 71, January 2018). No "
            "single answer decides; a reviewer reads them, learners do not.</p>"
            '<p class="soft">This is not legal advice. Your name and the day are kept with your '
            "answers.</p></div>"
        )
        return [HTML(why), *[f"seven_{number}" for number in seven.QUESTIONS]]

    def answers(self) -> dict[int, bool]:
        given = {n: self.cleaned_data.get(f"seven_{n}") for n in seven.QUESTIONS}
        return {number: answer == "yes" for number, answer in given.items() if answer}

    def open_questions(self) -> sections.Needs:
        return sections.seven_needs(self.instance, self.answers())

    def extras(self) -> dict[str, Any]:
        return {"answers": self.answers()}


class TrainingForm(DetailForm):
    section = sections.TRAINING
    accessor, detail = "training", TrainingPlan
    said = {
        "gap": ("What they lack on the first day", "The skills that this training closes"),
        "trainer_role": ("Who trains them", "The role, never a name: “line lead”"),
        "wage_after": (
            "Pay after training",
            "In dollars, in the same unit as the starting pay",
        ),
        "stays": ("What follows for who succeeds", "Such as “a regular job with full benefits”"),
        "is_funded": (
            "A workforce board pays part of the wage",
            "An on-the-job training contract under WIOA",
        ),
        "board": ("Workforce board", "Such as Rural Capital Area Workforce Board"),
        "reimbursed_percent": (
            "Part of the wage it pays back, in percent",
            "Up to 50, in some cases up to 75",
        ),
    }

    def add_fields(self) -> None:
        super().add_fields()
        self.fields["gap"].widget.attrs["rows"] = 4
        held = list(self.row.steps.all()) if self.row.pk else []
        self.line_rows = self.rows("step_skill", held=len(held), least=3, most=MOST_LINES)
        for number in range(self.line_rows):
            row = held[number] if number < len(held) else None
            self.fields[f"step_skill_{number}"] = forms.CharField(
                label=f"{number + 1}. Skill", max_length=120, validators=[plain_line]
            )
            self.fields[f"step_hours_{number}"] = PlainIntegerField(
                label="Hours", min_value=1, max_value=20000
            )
            self.fields[f"step_measured_{number}"] = forms.CharField(
                label="How it is measured", max_length=120, validators=[plain_line]
            )
            if row:
                self.initial[f"step_skill_{number}"] = row.skill
                self.initial[f"step_hours_{number}"] = row.hours
                self.initial[f"step_measured_{number}"] = row.measured

    def layout(self) -> list[Any]:
        shown = self.line_rows
        adding = (
            [more_button("Add another line", "step_skill", shown)] if shown < MOST_LINES else []
        )
        lines = [
            pair(f"step_skill_{n}", short(f"step_hours_{n}"), f"step_measured_{n}")
            for n in range(shown)
        ]
        return [
            FIRST_BUTTON,
            "gap",
            mid("trainer_role"),
            Fieldset(
                "Training outline",
                HTML(
                    '<p class="form-text">What they learn, how long it takes, and how you see that '
                    "they can do it.</p>"
                ),
                *lines,
                *adding,
                css_class="steps-of-pay",
            ),
            short("wage_after"),
            "stays",
            Fieldset(
                "Public money",
                "is_funded",
                "board",
                short("reimbursed_percent"),
                css_class="steps-of-pay",
            ),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.outline: list[tuple[str, int | None, str]] = []
        for number in range(self.line_rows):
            skill, hours, measured = (
                cleaned.get(f"step_{part}_{number}") for part in ("skill", "hours", "measured")
            )
            if skill:
                self.outline.append((skill, hours, measured or ""))
            elif (hours or measured) and f"step_skill_{number}" not in self.errors:
                self.add_error(f"step_skill_{number}", "Name the skill of this line.")
        pay, after = self.instance.pay_min, cleaned.get("wage_after")
        if pay is not None and after is not None and after < pay:
            self.add_error("wage_after", f"That is less than the starting pay of ${pay:,.2f}.")
        if not cleaned.get("is_funded"):
            cleaned["board"], cleaned["reimbursed_percent"] = "", None
        return cleaned

    def open_questions(self) -> sections.Needs:
        needs = sections.training_needs(self.instance, self.about_to_be(), self.outline)
        if "outline" in needs:
            needs["step_skill_0"] = needs.pop("outline")
        return needs

    def extras(self) -> dict[str, Any]:
        return super().extras() | {"outline": self.outline}


class VisitForm(DetailForm):
    section = sections.VISIT
    accessor, detail = "visit", Visit
    said = {
        "group_most": ("Most at once", ""),
        "grades": ("For which grades", "Such as “grades 10 to 12” or “adults”"),
        "topics": ("Topics", "What they can ask about"),
        "wear": ("What to wear", "Such as “boots and long sleeves”"),
        "gear": ("Protective gear", "Such as “hard hat and vest, lent by us”"),
        "arrive": ("Parking and the way in", ""),
        "meals": ("Lunch", "Such as “we pay” or “bring your own”"),
        "languages": ("Languages", "Such as “English and Spanish”"),
        "takes_minors": ("Learners under 18 may come", ""),
        "background": ("Background check of the adults they meet", ""),
        "background_on": ("Checked on", "The day of the latest check, if it is done"),
        "two_adults": ("Two adults are always there, or the door stands open", ""),
        "no_private_messages": ("Nobody writes to a minor in private", ""),
        "looks_only": ("They watch and do not work", ""),
        "photo_consent": ("Photos only with a parent’s consent", ""),
        "parent_form": ("A parent signs a form", ""),
        "insured_by": ("Who insures the visit", "Such as “the school’s policy” or “ours”"),
    }
    radios = ("background",)
    MINORS = (
        "takes_minors background background_on two_adults no_private_messages looks_only "
        "photo_consent parent_form insured_by"
    ).split()

    def layout(self) -> list[Any]:
        minors = [mid(n) if n == "background_on" else n for n in self.MINORS]
        return [
            short("group_most"),
            mid("grades"),
            "topics",
            "wear",
            "gear",
            "arrive",
            "meals",
            mid("languages"),
            Fieldset(
                "Learners under 18",
                HTML(
                    '<p class="form-text">If you tick the first, the rest is needed. Federal law '
                    "keeps minors from dangerous work (29 CFR part 570), so they watch.</p>"
                ),
                *minors,
                css_class="steps-of-pay",
            ),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        checked = cleaned.get("background_on")
        if checked and checked > timezone.localdate():
            self.add_error("background_on", "That day has not come yet.")
        return cleaned
