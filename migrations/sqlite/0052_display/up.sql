-- Leaving the list and the end of the display at the credit platform are two things, with a day each (practice P4.4).

create table listing_displays (
  listing_id blob primary key references listings (id),
  stopped_on text not null,
  recorded_at integer not null
) strict;

-- A unit without a code is known by its name, in the form names are compared in.
alter table listing_parties add column unit_key text check ((unit_key is null) or kind = 'unit');
update listing_parties set unit_key = (select r.name_key from listings l join respondents r on r.id = l.respondent_id
  where l.id = listing_parties.listing_id) where kind = 'unit';
create index listing_parties_unit on listing_parties (unit_key) where unit_key is not null and code is not null;
