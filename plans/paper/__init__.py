"""The plan on paper: tagged PDFs of the whole plan, of one strategy, of one group's part."""
