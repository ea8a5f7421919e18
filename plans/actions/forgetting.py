"""Words that tell who a student is are not kept anywhere."""

from django.contrib.contenttypes.models import ContentType

from accounts.models import Entry
from plans import forgetting
from plans.comments.pieces import without
from plans.models import Comment, Submission


def erase_words(comment: Comment) -> None:
    """Empty the words of a locked comment (the caller saves it), of what it was split from, of
    earlier days' entries and of letters about it."""
    gone = forgetting.Gone(comment.pk, comment.text)
    comment.text = forgetting.ERASED
    if comment.appeal_words:
        comment.appeal_words = forgetting.ERASED
    Entry.objects.filter(
        subject_type=ContentType.objects.get_for_model(comment),
        subject_id=str(comment.pk),
        what="changed by its author",
    ).update(before={}, after={})
    if comment.submission_id:
        source = Submission.objects.select_for_update().get(pk=comment.submission_id)
        source.text = without(source.text, gone.words, forgetting.ERASED)
        source.save(update_fields=["text"])
    forgetting.tell(gone)
