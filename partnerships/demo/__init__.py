"""The demonstration region: Hill & River, invented organizations on Central Texas geography."""
