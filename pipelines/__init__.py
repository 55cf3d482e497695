"""How things are made: fetch, hold to contract, place, reach, score, release. Plain Python, no Dagster."""
