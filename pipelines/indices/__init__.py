"""The steps that apply the engine to an index: score, spread, explanation, clusters; and any table scored by any definition."""
