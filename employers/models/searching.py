"""What helps search."""

from django.contrib.postgres.indexes import GistIndex, OpClass
from django.db import models


class SearchWord(models.Model):
    """A word that open postings are found by, kept so that a misspelled one finds its neighbors.
    Made anew from time to time (`refresh_search_words`); losing it loses nothing."""

    word = models.CharField(max_length=40, primary_key=True, help_text="Lower case, no accents")
    shown = models.CharField(max_length=60, help_text="As the postings spell it")
    postings = models.PositiveIntegerField(help_text="How many of the newest ones have it")

    class Meta:
        ordering = ["word"]
        indexes = [GistIndex(OpClass("word", name="gist_trgm_ops"), name="search_word_near")]

    def __str__(self) -> str:
        return self.shown
