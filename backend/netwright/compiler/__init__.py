"""From a document to problems, shapes, costs, a program, source and a module."""
