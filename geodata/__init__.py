"""Where things are: geographies, codes, coordinate systems, location and shapes; no network, no Dagster."""
