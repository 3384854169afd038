-- Who receives the list of joint sanctions, and what of it each receiver has.

alter table partners add column receives_lists integer not null default 0 check (receives_lists in (0, 1));
-- Areas whose entries it receives, codes joined by commas; empty: all of the city.
alter table partners add column list_areas text not null default '';
-- What a subscription tells of.
alter table subscriptions add column topic text not null default 'filings' check (topic in ('filings', 'listings'));

-- The newest state of a listing a receiver confirmed it holds.
create table list_acks (
  listing_id blob not null references listings (id),
  partner_id blob not null references partners (id),
  rev integer not null check (rev > 0),
  at integer not null,
  primary key (listing_id, partner_id)
) strict;

-- A unit is looked up by its code, a person by the blind index of the number: by whoever asks whether it is listed.
create index listing_parties_uscc on listing_parties (uscc) where code is not null;
create index listings_standing on listings (decided_on, id) where standing = 'listed';
-- What happened to listings, in the order of the journal.
create index events_listing on events (log_no) where procedure_kind = 'listing' and log_no is not null;
