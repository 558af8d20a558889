"""Assessments: what follows what, person by person and scheme by scheme, by law and article."""
