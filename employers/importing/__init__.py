"""Files of postings: reading any table, matching its columns, understanding its cells, checking
its rows."""
