"""The steps that run an indicator's SQL, once as counted and once with errors in places."""
