"""The shape of what people type about the plan, by page."""

from plans.forms.answering import (
    AnswerForm,
    AskedQuery,
    SoughtQuery,
    TemplateForm,
    TickedForm,
    ticked_in,
)
from plans.forms.beginning import FateForm, FrameForm, as_decided, decided_in
from plans.forms.commenting import AddressForm, AppealForm, CommentForm, VoiceForm, known_of
from plans.forms.editing import ActionForm, ActionFormSet, AddItemForm, ItemForm
from plans.forms.fields import ClosingField, ProseField, trouble_with_closing, zone_in_words
from plans.forms.following import FollowForm
from plans.forms.groups import AddGroupForm, GroupForm, MemberForm
from plans.forms.importing import ImportBeginForm, ImportLineForm, ImportPlaceForm
from plans.forms.measures import MeasureForm, PasteForm, ValueForm
from plans.forms.moderating import BulkForm, DecideForm, EndAppealForm, QueueQuery, ReplyForm
from plans.forms.progress import (
    DoneForm,
    FollowingForm,
    MilestoneForm,
    NewsForm,
    StatusRows,
)
from plans.forms.publishing import PublishForm, WindowForm
from plans.forms.reading import CompareQuery, PageQuery, VersionQuery
from plans.forms.roles import RoleWordsForm
from plans.forms.structure import (
    FindForm,
    LinkForm,
    MergeForm,
    MoveForm,
    RetireForm,
    SplitForm,
    TreeQuery,
)
from plans.forms.submissions import PieceForm, PieceForms, SubmissionForm
from plans.forms.windows import CommentWindowForm

__all__ = [
    "ActionForm",
    "ActionFormSet",
    "AddGroupForm",
    "AddItemForm",
    "AddressForm",
    "AnswerForm",
    "AppealForm",
    "BulkForm",
    "AskedQuery",
    "BulkForm",
    "ClosingField",
    "CommentForm",
    "CommentWindowForm",
    "CompareQuery",
    "DecideForm",
    "DoneForm",
    "EndAppealForm",
    "EndAppealForm",
    "FateForm",
    "FindForm",
    "FollowForm",
    "FollowingForm",
    "FrameForm",
    "GroupForm",
    "ImportBeginForm",
    "ImportLineForm",
    "ImportPlaceForm",
    "ItemForm",
    "LinkForm",
    "MeasureForm",
    "MemberForm",
    "MergeForm",
    "MilestoneForm",
    "MoveForm",
    "NewsForm",
    "PageQuery",
    "PasteForm",
    "PieceForm",
    "PieceForms",
    "ProseField",
    "PublishForm",
    "QueueQuery",
    "ReplyForm",
    "QueueQuery",
    "ReplyForm",
    "RetireForm",
    "RoleWordsForm",
    "SoughtQuery",
    "SplitForm",
    "StatusRows",
    "SubmissionForm",
    "TemplateForm",
    "TickedForm",
    "TreeQuery",
    "ValueForm",
    "VersionQuery",
    "VoiceForm",
    "WindowForm",
    "as_decided",
    "decided_in",
    "ticked_in",
    "trouble_with_closing",
    "zone_in_words",
    "known_of",
]
