"""What addresses of the plan may ask."""

from django import forms


class VersionQuery(forms.Form):
    """`?plan=`, `?version=`, `?after=`: whole numbers that the database can hold."""

    plan = forms.IntegerField(min_value=1, max_value=2**53, required=False)
    all = forms.BooleanField(required=False)
    version = forms.IntegerField(min_value=1, max_value=9_999, required=False)
    after = forms.IntegerField(min_value=0, max_value=2**53, required=False)


class CompareQuery(forms.Form):
    """Which two versions, oldest first; none given means the last two."""

    older = forms.IntegerField(min_value=1, max_value=9_999, required=False)
    newer = forms.IntegerField(min_value=1, max_value=9_999, required=False)


class PageQuery(forms.Form):
    """`?page=`, from 1."""

    page = forms.IntegerField(min_value=1, max_value=9_999, required=False)
