"""Files of postings: what was read, what each row became, and how its columns were matched."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from employers.choices import ImportState, RowOutcome
from employers.models.employers import Employer

UNDO_FOR = timedelta(days=30)


class Import(models.Model):
    """A CSV or XLSX file of postings on its way in. Nothing is saved before the person has seen
    what will happen; what was saved can be undone."""

    employer = models.ForeignKey(Employer, models.CASCADE, related_name="imports")
    file_name = models.CharField(max_length=120)
    form_token = models.UUIDField(
        default=uuid.uuid4, unique=True, help_text="Sending a file twice makes one"
    )
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
    read_notices = models.JSONField(
        default=list, blank=True, help_text="What was noticed in reading: [sentence, …]"
    )
    worked_at = models.DateTimeField(
        null=True, blank=True, help_text="When a worker last did a part of it"
    )
    done_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ImportState.values), name="import_state_known"
            )
        ]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("employers:import_show", args=[self.pk])

    @property
    def is_working(self) -> bool:
        """A worker goes through its rows."""
        return self.state in (ImportState.CHECKING, ImportState.RUNNING, ImportState.UNDOING)

    @property
    def undo_until(self) -> datetime | None:
        return self.done_at + UNDO_FOR if self.done_at else None

    @property
    def may_be_undone(self) -> bool:
        return (
            self.state == ImportState.DONE
            and self.undo_until is not None
            and timezone.now() < self.undo_until
        )


class ImportRow(models.Model):
    """One row of the file: its cells, what is wrong with it, what it became."""

    batch = models.ForeignKey(Import, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(help_text="Row of the file, as a spreadsheet counts")
    cells = models.JSONField(default=list)
    outcome = models.CharField(max_length=10, choices=RowOutcome, blank=True)
    done_at = models.DateTimeField(null=True, blank=True, help_text="When it was saved, or passed")
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
        default=dict,
        blank=True,
        help_text="For the undoing: {revision, values, …}; empty once undone or kept",
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
