"""The plan as a tree: its items, numbers, references and roles, worked on and frozen."""
