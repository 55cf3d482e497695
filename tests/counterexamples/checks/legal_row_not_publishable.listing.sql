-- expect: mhclg_acv_current
-- also: row_not_publishable
update source set publish = 'aggregates' where source = 'mhclg_acv_current';
