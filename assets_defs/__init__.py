"""What exists: the Dagster graph, and only the graph. How things are made is in pipelines/."""
