"""Reads prompts, responses and ratings made elsewhere.

`read_table` turns a CSV, JSONL or Parquet file into numbered rows; a parser turns rows into typed
values and lists what is wrong with the others; `Parsed.accept` decides whether that is enough:

    table = read_table("prompts.csv", Path("prompts.csv"))
    prompts = parse_prompts(table, taxonomy_keys).accept(skip_bad=False)

NoveltyBench files pass through a converter in `core.importing.noveltybench` between the two.
"""

from core.importing.fields import Parsed
from core.importing.prompts import ImportedPrompt, parse_pasted, parse_prompts
from core.importing.ratings import ExternalItem, ImportedRating, external_items, parse_ratings
from core.importing.responses import ImportedResponse, parse_responses
from core.importing.tables import Row, Table, TableFormat, read_table

__all__ = [
    "ExternalItem",
    "ImportedPrompt",
    "ImportedRating",
    "ImportedResponse",
    "Parsed",
    "Row",
    "Table",
    "TableFormat",
    "external_items",
    "parse_pasted",
    "parse_prompts",
    "parse_ratings",
    "parse_responses",
    "read_table",
]
