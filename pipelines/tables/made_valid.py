"""Shapes made valid within a bound: an outline that crosses itself everywhere takes hours and tells of no area."""

import numpy as np
import shapely

from pipelines.core.limits import CROSSINGS
from pipelines.core.problem import Problem
from pipelines.register.source import Source

SAMPLED = 200  # edges of an outline by which its crossings are told


def made_valid(source: Source, shapes: np.ndarray) -> np.ndarray:
    """The shapes, those that are not valid made so. Raises Problem where they cross themselves so often that it would
    take for ever."""
    bad = np.flatnonzero(~shapely.is_valid(shapes))
    if not bad.size:
        return shapes
    crossings = sum(crossings_told(shapes[i]) for i in bad)
    if crossings > CROSSINGS:
        worst = bad[np.argmax(shapely.get_num_coordinates(shapes[bad]))]
        message = (
            f"{bad.size:,} outlines cross themselves, about {crossings:,.0f} times, such as that of feature {worst + 1}"
        )
        raise Problem(source.stem, message, "look at the layer; its outlines are damaged")
    shapes = shapes.copy()
    shapes[bad] = shapely.make_valid(shapes[bad])
    return shapes


def crossings_told(shape: shapely.Geometry) -> float:
    """About how often the edges of a shape cross, by a sample of them; edges that meet at an end do not."""
    parts = np.array([shape])
    while (shapely.get_type_id(parts) > 3).any():  # collections, in whatever depth
        parts = shapely.get_parts(parts)
    at, of = shapely.get_coordinates(shapely.get_rings(parts), return_index=True)
    joined = np.flatnonzero(of[1:] == of[:-1])
    edges = shapely.linestrings(np.stack([at[joined], at[joined + 1]], axis=1))
    edges = edges[shapely.length(edges) > 0]
    if not len(edges):
        return 0.0
    sample = edges[:: max(1, len(edges) // SAMPLED)][:SAMPLED]
    found = shapely.STRtree(edges).query(sample, predicate="crosses").shape[1]
    return found / len(sample) * len(edges) / 2
