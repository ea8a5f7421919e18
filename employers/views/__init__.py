"""The pages of this room: browsing, writing, deciding, the employers themselves."""
