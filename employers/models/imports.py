"""Files of postings: what was read, what each row became, and how its columns were matched."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from employers.choices import ImportState
from employers.models.employers import Employer


class Import(models.Model):
    """A CSV or XLSX file of postings on its way in. Nothing is saved before the person has seen
    what will happen; what was saved can be undone."""

    employer = models.ForeignKey(Employer, models.CASCADE, related_name="imports")
    file_name = models.CharField(max_length=120)
    header = models.JSONField(default=list, help_text="Names of the columns, as in the file")
    columns = models.JSONField(
        default=dict, blank=True, help_text="{field: number of the column} as matched"
    )
    choices = models.JSONField(
        default=dict, blank=True, help_text="What holds for all rows: kind, without codes, …"
    )
    state = models.CharField(max_length=8, choices=ImportState, default=ImportState.MATCHING)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    uploaded_at = models.DateTimeField(default=timezone.now)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ImportState.values), name="import_state_known"
            )
        ]

    def __str__(self) -> str:
        return self.file_name


class ImportRow(models.Model):
    """One row of the file: its cells, what is wrong with it, what it became."""

    batch = models.ForeignKey(Import, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(help_text="Line of the file; the header is line 1")
    cells = models.JSONField(default=list)
    outcome = models.CharField(max_length=10, blank=True, help_text="new, change, same, refused")
    errors = models.JSONField(default=list, blank=True, help_text="[[field, sentence], …]")
    notices = models.JSONField(default=list, blank=True, help_text="[sentence, …]")
    opportunity = models.ForeignKey(
        "employers.Opportunity",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="import_rows",
    )
    before = models.JSONField(
        default=dict, blank=True, help_text="Words that it changed, for the undoing"
    )

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="one_row_a_line")]

    def __str__(self) -> str:
        return f"Line {self.number} of {self.batch}"


class ColumnMatch(models.Model):
    """That an employer's files call a field so; the next file is matched by it."""

    employer = models.ForeignKey(Employer, models.CASCADE, related_name="column_matches")
    heading = models.CharField(max_length=120)
    field = models.CharField(max_length=40, help_text="Empty: this column is left out")

    class Meta:
        verbose_name_plural = "column matches"
        constraints = [
            models.UniqueConstraint(fields=["employer", "heading"], name="one_match_a_heading")
        ]

    def __str__(self) -> str:
        return f"{self.heading} → {self.field}"
