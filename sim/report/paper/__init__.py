"""The report of a study as sections of texts, tables and pictures; ``html`` and ``pdf`` lay it out."""
