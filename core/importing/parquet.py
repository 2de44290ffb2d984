"""Parquet files as numbered rows."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from core.errors import UserError
from core.importing.tables import (
    MAX_BYTES,
    Row,
    Table,
    check_columns,
    check_row_count,
    row_problem,
)

# A small file can unpack to a very large one.
_MAX_UNPACKED_BYTES = 4 * MAX_BYTES


def read_parquet(name: str, content: bytes) -> Table:
    """Rows of a Parquet file, numbered from 1, with values JSON can hold.

    Raises:
        UserError: not Parquet, damaged, or too large once unpacked.
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        check_row_count(name, file.metadata.num_rows)
        _check_unpacked_size(name, file.metadata)
        arrow = file.read()
        columns = check_columns(name, arrow.column_names)
        records = arrow.to_pylist()
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise UserError(
            f"{name} cannot be read as Parquet ({error}). Write the file again."
        ) from error
    table = Table(name, columns)
    for number, record in enumerate(records, start=1):
        try:
            values = {column: _plain(value) for column, value in record.items()}
        except ValueError as error:
            table.problems.append((number, str(error)))
            continue
        problem = row_problem(values)
        if problem:
            table.problems.append((number, problem))
        else:
            table.rows.append(Row(number, values))
    return table


def _check_unpacked_size(name: str, metadata: Any) -> None:
    unpacked = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    if unpacked > _MAX_UNPACKED_BYTES:
        raise UserError(
            f"{name} unpacks to {unpacked:,} bytes; at most {_MAX_UNPACKED_BYTES:,} are "
            "accepted. Split it into several files."
        )


def _plain(value: Any) -> Any:
    """The JSON value nearest to a Parquet value; NaN is how pandas writes a missing cell."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal | timedelta):
        return str(value)
    if isinstance(value, bytes):
        # Older writers store text as plain bytes.
        return value.decode("utf-8")
    raise ValueError(f"holds a {type(value).__name__}; expected text, numbers, lists or maps")
