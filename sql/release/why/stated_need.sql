/*
title: Needs that community bodies state themselves, beside the measured gap, where any did - no part of any score; of what may only be counted, fewer than 10 statements are told nowhere
key: [area_code, kind]
inputs: [needs]
columns:
  level: level of the area that the need was stated for
  area_code: code of that area
  area_name: its name
  kind: "kind of place that is needed (see table kind), or other"
  is_stated: {description: "whether a body put the need into words that may be shown, or 10 or more statements of it may be counted; where not, the row stands for its measured gap alone - which is not to say that nobody needs it", term: stated need}
  n_statements: {description: "statements of it, one a line of needs.csv, those in words and those only counted; the file names no body, so that how many bodies made them is not known; null where fewer than 10 of them are only counted, be it none", unit: statements}
  measured: "what is measured of the kind there, by the walk set as a standard (see neighbourhood_reach.gap)"
  agreement: how the stated need and the measured gap go together
  residents_known: {description: "residents of its small areas where the gap is known (of this release, as in neighbourhood.population)", unit: residents}
  residents_beyond: {description: "of those, residents of small areas beyond the standard", unit: residents}
  residents_borderline: {description: "of those, residents of small areas about at the standard", unit: residents}
*/
with levels as (
    select unnest(['area', 'ward', 'msoa', 'authority']) as level, unnest([a.area_code, a.ward_code, a.msoa_code, a.authority_code]) as code,
        unnest([a.area_name, a.ward_name, a.msoa_name, a.authority_name]) as name, a.area_code as small_area, a.population
    from areas as a
    semi join areas_asked using (area_code)
),
stated as (
    select level, area_code, kind, count(*) as n, count(*) filter (words is null) as n_counted, bool_or(words is not null) or n_counted >= 10 as is_told
    from needs
    group by level, area_code, kind
),
told as (from stated where is_told),
measured as (     -- of every area that some need is told for, each kind that has a standard
    select t.level, t.area_code, r.kind, sum(l.population) as residents, sum(l.population) filter (r.gap is not null) as known,
        sum(l.population) filter (r.gap = 'beyond') as beyond, sum(l.population) filter (r.gap = 'borderline') as borderline
    from (select distinct level, area_code from told) as t
    join levels as l on l.level = t.level and l.code = t.area_code
    join reach as r on r.area_code = l.small_area and r.standard_minutes is not null
    group by t.level, t.area_code, r.kind
),
judged as (
    select level, area_code, kind, if(t.n_counted >= 10, t.n, null) as n, t.n is not null as is_stated,
        case
            when m.kind is null then 'not_measured'
            when coalesce(m.known, 0) = 0 or m.known < 0.5 * m.residents then 'not_known'    -- of most nobody can tell
            when coalesce(m.beyond, 0) >= 0.5 * m.known then 'gap'
            when coalesce(m.beyond, 0) + coalesce(m.borderline, 0) = 0 then 'none'
            else 'some'
        end as measured,
        m.known, m.beyond, m.borderline
    from told as t
    full join measured as m using (level, area_code, kind)
),
names as (select level, code, any_value(name) as name from levels group by level, code)
select
    j.level, j.area_code, n.name as area_name, j.kind, j.is_stated, j.n::integer as n_statements, j.measured,
    case
        when not j.is_stated then 'measured_only'
        when j.measured = 'none' then 'stated_only'
        when j.measured = 'gap' then 'both'
        when j.measured = 'some' then 'in_part'
        else 'not_comparable'
    end as agreement,
    j.known::integer as residents_known, if(j.known is null, null, coalesce(j.beyond, 0))::integer as residents_beyond,
    if(j.known is null, null, coalesce(j.borderline, 0))::integer as residents_borderline
from judged as j
join names as n on n.level = j.level and n.code = j.area_code
where j.is_stated or j.measured = 'gap'
order by j.area_code, j.kind
