drop index listing_parties_unit;
alter table listing_parties drop column unit_key;
drop table listing_displays;
