"""The method, in pure Python: no browser, no database, no workers (a test enforces it)."""
