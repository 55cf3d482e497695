/*
title: One row per source - publisher, licence, what may be published, vintage, how verified
row: source
example: "select source, title, publisher, licence, vintage, next_expected from source order by source"
key: [source]
columns:
  source: {description: "name of the source, the same everywhere", term: source}
  title: what it is
  publisher: who publishes it
  page: where it is described
  licence: licence
  licence_key: its key (see table audit.licence)
  licence_url: text of the licence
  attribution: the words its licence asks for
  publish: what may be published of it
  vintage: date the data are of, where it is one date
  cadence: how often the publisher renews it
  next_expected: next date the publisher has announced, if any
  is_required: whether a refresh fails without it
  verified: how address and format were seen to be right - live where the publisher's own answer held to the contract in this folder
  verified_on: {description: "since when, where live; else when the record was written", run_metadata: true}
  notes: what a reader should know
  licence_settled_on: the day the licence was settled by who publishes this release; null where its publisher's own word stands
  licence_settled_by: on whose word - an organisation or a role
  licence_settled_note: what was said
*/
select * replace (licence_settled_on::date as licence_settled_on)
from source_register
order by source
