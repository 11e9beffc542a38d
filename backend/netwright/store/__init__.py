"""The only SQL: engine, tables, migrations, queries.  Knows no torch."""
