"""Files of postings, brought in by Rosa for her company."""

from uuid import uuid4

import pytest

from employers.actions import imports as actions
from employers.importing.reading import read_table


@pytest.fixture
def bring(company, recruiter, django_capture_on_commit_callbacks):
    """`bring("ref,title\\nA1,Welder\\n", kind=…)` → the import, checked."""

    def checked(text, **choices):
        with django_capture_on_commit_callbacks(execute=True):
            batch = actions.begin_import(
                organization=company,
                file_name="list.csv",
                table=read_table(text.encode()),
                token=uuid4(),
                by=recruiter,
            )
            choices = {"kind": "on-the-job-training"} | choices
            actions.match_import(batch=batch, columns=batch.columns, choices=choices, by=recruiter)
        batch.refresh_from_db()
        return batch

    return checked


@pytest.fixture
def save(recruiter, django_capture_on_commit_callbacks):
    def saved(batch):
        with django_capture_on_commit_callbacks(execute=True):
            actions.run_import(batch=batch, by=recruiter)
        batch.refresh_from_db()
        return batch

    return saved
