/* The outcomes of a source's rows add up to its rows. */
select source, sum(if(outcome = 'rows', n_rows, -n_rows)) as difference
from record_count
group by source
having difference != 0
