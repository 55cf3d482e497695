/* A number of titles to land, whose source clears no rows, is never below 10, nor can one be had by taking another away. */
select area_code, owner_kind, tenure, n_titles
from title_count
where n_titles < 10 or (n_titles is null) != (null_reason is not null)
union all
select area_code, owner_kind, 'freehold and leasehold', count(n_titles)
from title_count
where tenure != 'all'
group by area_code, owner_kind
having count(n_titles) = 1
