"""For repair, never the product's face. Letters' words are not shown: some carry codes."""

from django.contrib import admin

from outreach.models import Digest, Letter, Subscription


@admin.register(Letter)
class LetterAdmin(admin.ModelAdmin):
    list_display = ["pk", "kind", "recipient", "state", "attempts", "not_before", "sent_at"]
    list_filter = ["state"]
    exclude = ["text", "html"]
    raw_id_fields = ["digest"]
    show_full_result_count = False


@admin.register(Subscription)
class SubscriptionAdmin(admin.ModelAdmin):
    list_display = ["pk", "email", "words", "rhythm", "state", "next_due_at"]
    list_filter = ["state", "rhythm"]
    exclude = ["confirm_hash"]
    raw_id_fields = ["career_center"]


@admin.register(Digest)
class DigestAdmin(admin.ModelAdmin):
    list_display = ["subscription", "period", "since", "until", "state"]
    raw_id_fields = ["subscription", "by"]
    show_full_result_count = False
