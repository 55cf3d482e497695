-- expect: fsa_hygiene_current
update source set publish = 'aggregates' where source = 'fsa_hygiene_current';
