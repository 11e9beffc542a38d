"""The graph document: schema, edits, expressions, migrations, topology. Knows no torch."""
