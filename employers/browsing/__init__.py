"""The list of opportunities: one typed query, what it finds, and how many."""
