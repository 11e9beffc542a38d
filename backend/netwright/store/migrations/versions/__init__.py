"""Each file is one step from an older shape of the database to a newer one."""
