"""Questions to the database. Each takes the session first, flushes at most, never commits.

`get_` raises when there is nothing, `find_` returns None, `list_` returns what there is.
"""
