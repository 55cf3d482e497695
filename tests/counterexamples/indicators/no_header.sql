-- expect: no_header.sql:1: the file opens with a /* ... */ header in YAML
select 'a' as area_code, 1 as value
