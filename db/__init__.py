"""Storage: tables, queries, migrations and durable runs. Knows `core`; knows no page."""
