"""The one-command local runtime: PostgreSQL, Apache Kafka and the five services, started, watched and stopped together.

`bootstrap.py` makes the virtual environment with nothing but the standard library; everything else runs inside it
(`python -m deploy.local --help`). Tests take a database and a broker of their own from `testing.py`.
"""
