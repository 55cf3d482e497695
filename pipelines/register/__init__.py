"""What is declared: sources, indicators, indices, taxonomy and licences as validated records, their consistency, and the workspace of one DIR."""
