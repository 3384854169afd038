drop index events_listing;
drop index listings_standing;
drop index listing_parties_uscc;
drop table list_acks;
alter table subscriptions drop column topic;
alter table partners drop column list_areas;
alter table partners drop column receives_lists;
