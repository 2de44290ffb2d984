"""Draws of a cluster bootstrap, shared by the statistics of a report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from core.agreement.weights import FloatArray
from core.errors import InvalidRatingsError

REPLICATES = 1000

_DRAWS_PER_CHUNK = 2_000_000
_CACHED_CLUSTERS = 1_000
_CACHE_SIZE = 16


class Resampler:
    """Draws cluster weights for a bootstrap: how often each cluster is in each replicate.

    Statistics over the same number of clusters share their draws, whatever the order in which
    they are asked for, so a table is reproducible and cheap.

    Args:
        rng: read once, for a key from which all draws derive.
        replicates: bootstrap replicates.
    """

    def __init__(self, rng: np.random.Generator, replicates: int = REPLICATES) -> None:
        if replicates < 1:
            raise InvalidRatingsError(
                f"A bootstrap needs at least one replicate, got {replicates}. "
                f"{REPLICATES} is the default."
            )
        self.replicates = replicates
        self._key = int(rng.integers(2**63))
        self._cache: dict[int, FloatArray] = {}

    def resample(self, totals: Sequence[FloatArray]) -> list[FloatArray]:
        """Sums over resampled clusters.

        Args:
            totals: tables of per-cluster sums, each of shape (n_clusters, s).

        Returns:
            For each table the sums of each replicate, shape (replicates, s).
        """
        stacked = np.concatenate(totals, axis=1)
        sums = np.concatenate([drawn @ stacked for drawn in self._weights(len(stacked))])
        return np.split(sums, np.cumsum([table.shape[1] for table in totals])[:-1], axis=1)

    def _weights(self, n_clusters: int) -> Iterator[FloatArray]:
        if n_clusters > _CACHED_CLUSTERS:
            yield from self._draw(n_clusters)
            return
        if n_clusters not in self._cache:
            if len(self._cache) >= _CACHE_SIZE:
                self._cache.pop(next(iter(self._cache)))
            self._cache[n_clusters] = np.concatenate(list(self._draw(n_clusters)))
        yield self._cache[n_clusters]

    def _draw(self, n_clusters: int) -> Iterator[FloatArray]:
        rng = np.random.default_rng([self._key, n_clusters])
        chunk = max(1, _DRAWS_PER_CHUNK // n_clusters)
        for start in range(0, self.replicates, chunk):
            rows = min(chunk, self.replicates - start)
            drawn = rng.integers(n_clusters, size=(rows, n_clusters))
            drawn += np.arange(rows)[:, None] * n_clusters
            counts = np.bincount(drawn.ravel(), minlength=rows * n_clusters)
            yield counts.reshape(rows, n_clusters).astype(np.float64)
