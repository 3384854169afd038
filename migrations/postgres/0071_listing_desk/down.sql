drop index deliveries_dead_of;
drop index list_acks_partner;
drop index removals_open;
drop index listings_stage;
drop index listings_area;
drop index listings_desk;
