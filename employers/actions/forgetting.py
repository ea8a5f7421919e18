"""What must not be kept for good is erased; the privacy page promises when."""

from datetime import datetime, timedelta

from django.db.models import Q

from employers.models import Report, Typed

KEPT_FOR = timedelta(days=90)


def forget_reporters(*, now: datetime) -> int:
    """Erase by whom old reports were sent, decided or not. Returns how many it were."""
    old = Report.objects.filter(~Q(email="") | ~Q(sender=""), sent_at__lte=now - KEPT_FOR)
    return old.update(email="", sender="")


def forget_typed(*, now: datetime) -> int:
    """Delete pages of postings that were left as typed. Returns how many."""
    return Typed.objects.filter(at__lte=now - KEPT_FOR).delete()[0]
