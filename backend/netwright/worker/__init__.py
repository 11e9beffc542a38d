"""The process that trains: entry, spool, shipper.  Knows no web framework, no database and no engine."""
