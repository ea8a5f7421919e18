"""For repair, never the product's face."""

from django.contrib import admin

from employers.models import ApprenticeshipTerms, Employer, Location, Opportunity, WageStep


class LocationInline(admin.TabularInline):
    model = Location
    extra = 0
    autocomplete_fields = ["place"]


@admin.register(Opportunity)
class OpportunityAdmin(admin.ModelAdmin):
    list_display = ["title", "kind", "state", "employer", "closes_at"]
    list_filter = ["kind", "state"]
    search_fields = ["title"]
    autocomplete_fields = ["occupation", "program", "employer"]
    readonly_fields = ["state", "public_since", "outcome", "created_by", "form_token"]
    inlines = [LocationInline]


@admin.register(Employer)
class EmployerAdmin(admin.ModelAdmin):
    search_fields = ["organization__name"]
    autocomplete_fields = ["organization"]


class WageStepInline(admin.TabularInline):
    model = WageStep
    extra = 0


@admin.register(ApprenticeshipTerms)
class ApprenticeshipTermsAdmin(admin.ModelAdmin):
    autocomplete_fields = ["opportunity"]
    inlines = [WageStepInline]
