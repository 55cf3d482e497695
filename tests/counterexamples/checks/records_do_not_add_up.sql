-- expect: fsa_hygiene_current
update record_count set n_rows = n_rows + 1 where source = 'fsa_hygiene_current' and outcome = 'rows';
