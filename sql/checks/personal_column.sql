/* No column holds a person's name, e-mail or phone. */
select table_name, column_name
from information_schema.columns
where regexp_matches(lower(column_name), '(e_?mail|phone|telephone|mobile|surname|first_?name|head_?teacher|contact|trustee|(^|_)nominator)')
