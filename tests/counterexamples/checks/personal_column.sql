-- expect: contact_email
alter table place_record add column contact_email varchar;
