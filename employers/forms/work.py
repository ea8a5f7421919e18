"""The work: what it is called, what they do and learn, the skills it asks for or teaches."""

from typing import Any

from crispy_forms.layout import HTML, Fieldset
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from employers.choices import Level
from employers.forms.section import FIRST_BUTTON, SectionForm, mid, more_button, pair
from employers.models import Opportunity
from employers.postings import sections
from programs.models import Program
from vocabularies.lookups import find_occupations, find_skills
from vocabularies.models import Occupation, Skill
from vocabularies.text import has_letters

MOST_SKILLS = 10


class WorkForm(SectionForm):
    section = sections.WORK
    occupation_words = forms.CharField(
        label="Occupation",
        max_length=160,
        help_text="Start to type, then choose: electrician, cna, welder. Search finds you by it.",
        widget=forms.TextInput(
            attrs={
                "list": "occupations",
                "autocomplete": "off",
                "data-hx-get": "/opportunities/occupations/",
                "data-hx-trigger": "input changed delay:250ms",
                "data-hx-target": "#occupations",
            }
        ),
    )

    class Meta(SectionForm.Meta):
        fields = ["title", "summary", "host", "sector", "tasks", "lessons", "program"]
        fields += ["external_id"]
        labels = {
            "program": "Program it goes with",
            "host": "Where learners will be, if not with you",
            "external_id": "Your own number",
        }
        help_texts = {
            "title": "Up to 80 characters. Learners search for this: “Electrician Apprentice”.",
            "summary": "One sentence, up to 200 characters. It stands under the title.",
            "host": "Leave it empty if they are with you. Staffing firms and sponsors: "
            "name the company.",
            "tasks": "A few short paragraphs or a list. Start lines of a list with a dash.",
            "lessons": "What can they do at the end that they could not before?",
            "program": "A program in the region that this place is part of, if there is one",
            "external_id": "If your own system gives it one. It finds the posting again in files.",
        }
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 2}),
            "tasks": forms.Textarea(attrs={"rows": 6}),
            "lessons": forms.Textarea(attrs={"rows": 6}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].validators.append(has_letters)
        self.fields["program"].queryset = Program.objects.public().order_by("title")  # type: ignore[attr-defined]
        if self.instance.occupation:
            self.initial["occupation_words"] = self.instance.occupation.title
        if self.instance.is_visit:
            self.fields["lessons"].help_text = "Leave it empty if it says itself."
        elif not sections.asks_lessons(self.instance):
            hint = "Under “Learning and guidance” you give three to five objectives."
            self.fields["lessons"].help_text = hint

    def add_fields(self) -> None:
        held = list(self.instance.skills.select_related("skill")) if self.instance.pk else []
        self.skill_rows = 0
        if self.instance.is_visit:
            return
        self.skill_rows = self.rows("skill", held=len(held), least=3, most=MOST_SKILLS)
        for number in range(self.skill_rows):
            self.fields[f"skill_{number}"] = forms.CharField(
                label=f"Skill {number + 1}",
                max_length=80,
                widget=forms.TextInput(attrs={"list": "skills", "autocomplete": "off"}),
            )
            self.fields[f"skill_level_{number}"] = forms.ChoiceField(
                label="How much it is asked for",
                choices=Level.choices,
                initial=Level.LEARNED,
            )
            if number < len(held):
                self.initial[f"skill_{number}"] = held[number].skill.name
                self.initial[f"skill_level_{number}"] = held[number].level

    def layout(self) -> list[Any]:
        parts: list[Any] = [
            FIRST_BUTTON,
            "title",
            "summary",
            "sector",
            "occupation_words",
            HTML('<datalist id="occupations"></datalist>'),
            "host",
            "tasks",
            "lessons",
        ]
        if self.skill_rows:
            parts.append(self._skills())
        return [*parts, "program", mid("external_id")]

    def _skills(self) -> Fieldset:
        names = Skill.objects.values_list("name", flat=True)
        self.helper.skill_names = names
        rows = [pair(mid(f"skill_{n}"), mid(f"skill_level_{n}")) for n in range(self.skill_rows)]
        adding = []
        if self.skill_rows < MOST_SKILLS:
            adding = [more_button("Add another skill", "skill", self.skill_rows)]
        return Fieldset(
            "Skills (optional)",
            HTML(
                '<p class="form-text">Start to type, then choose. Say of each whether they must '
                "have it, or learn it here. Ten at most.</p>"
            ),
            *rows,
            HTML(
                '<datalist id="skills">{% for name in form.helper.skill_names %}'
                '<option value="{{ name }}">{% endfor %}</datalist>'
            ),
            *adding,
            css_class="steps-of-pay",
        )

    def clean_occupation_words(self) -> str:
        words = self.cleaned_data["occupation_words"]
        self.instance.occupation = None
        if words:
            self.instance.occupation = self._find(words)
        return words

    def _find(self, words: str) -> Occupation:
        exact = Occupation.objects.filter(title__iexact=words).first()
        exact = exact or Occupation.objects.filter(code=words[:10]).first()
        if exact:
            return exact
        found = find_occupations(words, limit=4)
        if not found:
            raise ValidationError("We know no such occupation. Try another word for it.")
        if len(found) == 1:
            return found[0]
        names = "; ".join(occupation.title for occupation in found)
        raise ValidationError(f"Which one is it? {names}.")

    def clean_external_id(self) -> str:
        number = self.cleaned_data["external_id"]
        if number == self.instance.external_id:
            return number
        mine = Q(pk=self.instance.pk) | Q(pk=self.instance.replaces_id)
        others = Opportunity.objects.filter(
            employer=self.instance.employer_id, external_id=number, replaces__isnull=True
        ).exclude(mine)
        if number and others.exists():
            raise ValidationError("Another posting of yours has this number already.")
        return number

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.skills: list[tuple[Skill, str]] = []
        for number in range(self.skill_rows):
            if words := cleaned.get(f"skill_{number}"):
                self._take_skill(f"skill_{number}", words, cleaned.get(f"skill_level_{number}"))
        return cleaned

    def _take_skill(self, name: str, words: str, level: str | None) -> None:
        found = find_skills(words, limit=4)
        if not found:
            sentence = (
                "We know no such skill. Choose one from the list, or empty this row and say it "
                "under “What they will do”."
            )
            self.add_error(name, sentence)
        elif len(found) > 1:
            names = "; ".join(skill.name for skill in found)
            self.add_error(name, f"Which one is it? {names}.")
        elif found[0] in [skill for skill, _ in self.skills]:
            self.add_error(name, "This skill is listed twice.")
        else:
            self.skills.append((found[0], level or Level.LEARNED))

    def open_questions(self) -> sections.Needs:
        needs = super().open_questions()
        if "occupation" in needs:
            needs["occupation_words"] = needs.pop("occupation")
        return needs

    def values(self) -> dict[str, Any]:
        return super().values() | {"occupation": self.instance.occupation}

    def extras(self) -> dict[str, Any]:
        if not self.skill_rows:
            return super().extras()
        return super().extras() | {"skills": self.skills}
