/*
title: Grants to organisations by authority and year, and how steady they are - as the lists that were read have them; pounds as awarded, not adjusted for prices
key: [authority_code, year]
inputs: [grant_continuity]
columns:
  authority_code: authority the grants were for
  authority_name: its name
  year: calendar year of the award
  is_listed: "whether the lists hold awards of the year; a year of which a list has none at all is one that is not known, and not one in which nobody was funded"
  is_whole: "false for a year that is not listed, and for the first and the last of a list, which need not be whole"
  n_grants: "grants listed in the year; 0 is none listed for this authority where the list has some for others"
  n_recipients: organisations they went to
  n_recipients_first: of these, funded for the first time on the list
  n_recipients_again: of these, funded the year before as well; null where that is not listed
  n_recipients_after_gap: of these, funded earlier, but not the year before
  n_recipients_stopped: organisations funded the year before, and not in this one
  n_recipients_5_years: organisations funded in any of the five whole years ending with this one
  n_recipients_each_of_5_years: organisations funded in each of those five years
  total_gbp_nominal: {description: "pounds awarded in the year, not adjusted for prices", unit: "£"}
  months_median: {description: "median planned length of the grants of the year, as the list states it", unit: months}
  years_funded_median: {description: "median number of years in which the organisations of the year had been funded so far, this one among them, as far as they are listed", unit: years}
  total_gbp_nominal_5_years: {description: "pounds awarded in those five years, not adjusted for prices", unit: "£"}
  gbp_nominal_per_resident_5_years: {description: "the same per resident of the authority", unit: "£ per resident"}
  null_reason: "why the counts, pounds and medians of the year are null: not_covered, the year is not listed (a median also where the list states none)"
  continuity_null_reason: "why n_recipients_again, _after_gap and _stopped are null: not_covered, this year or the one before is not listed; suppressed, one of them or n_recipients_first, which is null then too, is under 10"
  five_years_null_reason: "why the counts and pounds of five years are null: not_covered, one of the five is not listed or not whole"
  each_of_5_years_null_reason: why n_recipients_each_of_5_years is null
  latest_award: day of the last award listed
  sources: the lists
*/
select g.authority_code, a.authority_name, g.year::integer as year, g.is_listed, g.is_whole,
    g.n_grants::integer as n_grants, g.n_recipients::integer as n_recipients, g.n_recipients_first::integer as n_recipients_first,
    g.n_recipients_again::integer as n_recipients_again, g.n_recipients_after_gap::integer as n_recipients_after_gap,
    g.n_recipients_stopped::integer as n_recipients_stopped, g.n_recipients_5_years::integer as n_recipients_5_years,
    g.n_recipients_each_of_5_years::integer as n_recipients_each_of_5_years, round(g.total_gbp_nominal, 2) as total_gbp_nominal,
    g.months_median, g.years_funded_median, round(g.total_gbp_nominal_5_years, 2) as total_gbp_nominal_5_years,
    g.gbp_nominal_per_resident_5_years, g.null_reason, g.continuity_null_reason, g.five_years_null_reason, g.each_of_5_years_null_reason,
    g.latest_award::date as latest_award, g.sources
from grant_continuity_by_authority as g
join (select distinct authority_code, authority_name from areas semi join areas_asked using (area_code)) as a using (authority_code)
order by g.authority_code, g.year
