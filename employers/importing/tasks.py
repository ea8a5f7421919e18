"""What Celery does for imports: ids only, safe to run twice or at once."""

from celery import shared_task

from employers.actions.imports import forget_old_imports
from employers.importing.working import left_over, work_on


@shared_task
def work_on_import(pk: int) -> None:
    """Check or save what is left of an import."""
    work_on(pk)


@shared_task(expires=50)
def continue_imports() -> int:
    """Go on with what a dead worker or a lost message left. Returns how many there were."""
    quiet = left_over()
    for pk in quiet:
        work_on(pk, wait=False)
    return len(quiet)


@shared_task(expires=3600)
def forget_imports() -> int:
    """Drop what nobody finished, and the cells of files that cannot be undone any more."""
    return forget_old_imports()
