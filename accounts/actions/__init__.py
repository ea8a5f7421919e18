"""What people do here. Keyword-only, atomic, the person is `by`; each writes its Entry."""

from accounts.actions.closing import (
    close_organization,
    merge_organizations,
    reopen_organization,
    why_not_merge,
)
from accounts.actions.history import (
    MoveRefused,
    NotAllowed,
    ReasonMissing,
    check_move,
    record,
)
from accounts.actions.invitations import (
    DeadInvitation,
    TooManyLetters,
    accept_invitation,
    ask_fresh_invitation,
    find_invitation,
    invite,
    send_invitation_again,
    withdraw_invitation,
)
from accounts.actions.memberships import (
    LastAdministrator,
    ask_to_join,
    change_role,
    claim_organization,
    decide_membership,
    end_membership,
)
from accounts.actions.organizations import (
    NameTaken,
    SavedInBetween,
    change_organization,
    create_organization,
    decide_organization,
    resubmit_organization,
)
from accounts.actions.people import create_person, give_duty
from accounts.actions.reviews import (
    TakenMeanwhile,
    assign_reader,
    decide_review,
    send_to_review,
)

__all__ = [
    "DeadInvitation",
    "LastAdministrator",
    "MoveRefused",
    "NameTaken",
    "NotAllowed",
    "ReasonMissing",
    "SavedInBetween",
    "TakenMeanwhile",
    "TooManyLetters",
    "accept_invitation",
    "ask_fresh_invitation",
    "ask_to_join",
    "assign_reader",
    "change_organization",
    "change_role",
    "check_move",
    "claim_organization",
    "close_organization",
    "create_organization",
    "create_person",
    "decide_membership",
    "decide_organization",
    "decide_review",
    "end_membership",
    "find_invitation",
    "give_duty",
    "invite",
    "merge_organizations",
    "record",
    "reopen_organization",
    "resubmit_organization",
    "send_invitation_again",
    "send_to_review",
    "why_not_merge",
    "withdraw_invitation",
]
