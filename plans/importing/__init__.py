"""A plan that a region already has, read in: from a file to lines, from lines to a tree that a
person corrects, from the tree to the working copy."""
