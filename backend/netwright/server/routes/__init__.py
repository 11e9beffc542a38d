"""One module a subject; a route parses, calls a service and answers."""
