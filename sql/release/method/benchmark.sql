/*
title: Area hardship beside the English Index of Multiple Deprivation 2025
key: [area_code]
inputs: [mhclg_iod_2025]
columns:
  area_code: code of the small area
  imd_2025_rank: published rank of the Index of Multiple Deprivation 2025, 1 = most deprived of the nation
  hardship_rank: rank_nation of the headline index, area hardship
  rank_difference: hardship_rank less imd_2025_rank; negative where this index finds more need than the IMD
*/
select
    i.lsoa21_code as area_code, i.imd_rank::integer as imd_2025_rank, s.rank_nation::integer as hardship_rank,
    (s.rank_nation - i.imd_rank)::integer as rank_difference
from mhclg_iod_2025 as i
join index_scores as s on s.area_code = i.lsoa21_code
join index_methods as m on m.index_name = s.index_name and m.is_headline
where i.lsoa21_code in (select area_code from areas_asked)
order by area_code
