"""What people do with opportunities, by what it is about."""

from employers.actions.copies import begin_change, copy_words, drop_change, relist_opportunity
from employers.actions.employers import change_offers
from employers.actions.moves import (
    NotReady,
    archive_opportunity,
    close_opportunity,
    confirm_opportunity,
    extend_opportunity,
    pause_opportunity,
    publish_opportunity,
    resume_opportunity,
    return_opportunity,
    schedule_opportunity,
    seen_mark,
    send_opportunity,
    take_back_opportunity,
    take_down_opportunity,
)
from employers.actions.writing import (
    Conflict,
    employer_of,
    keep_search_words,
    locked,
    rename_employer,
    save_words,
    start_opportunity,
)

__all__ = [
    "Conflict",
    "NotReady",
    "archive_opportunity",
    "begin_change",
    "change_offers",
    "close_opportunity",
    "confirm_opportunity",
    "copy_words",
    "drop_change",
    "employer_of",
    "extend_opportunity",
    "keep_search_words",
    "locked",
    "pause_opportunity",
    "publish_opportunity",
    "relist_opportunity",
    "rename_employer",
    "resume_opportunity",
    "return_opportunity",
    "save_words",
    "schedule_opportunity",
    "seen_mark",
    "send_opportunity",
    "start_opportunity",
    "take_back_opportunity",
    "take_down_opportunity",
]
