"""One posting: what it says, what it still needs, how it stands."""
