"""What can be taken along: tables with their dictionary, and the pack for whoever asked for all."""
