/*
title: Private renting where incomes are low
unit: "% of households renting privately x % of people in income-deprived families / 100"
direction: higher_is_more_need
grain: area
inputs: [ons_census_tenure_2021, mhclg_iod_2025]
null_reason: no_denominator
in_imd_2025: true
note: "high only where both are: short notice matters most to those who cannot pay for another home; not a share of people, and half of it is income deprivation"
*/
select
    t.lsoa21_code as area_code,
    (100.0 * (t.n_private_landlord + t.n_private_other) / nullif(t.n_households, 0)) * i.income_rate as value
from ons_census_tenure_2021 as t
join mhclg_iod_2025 as i using (lsoa21_code)
