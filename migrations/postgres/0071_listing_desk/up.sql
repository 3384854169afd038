-- The desk of the list of joint sanctions: what a bureau, an area or the whole city has in a stage, the newest first; what a receiver confirmed last;
-- messages to a receiver that were given up.
create index listings_desk on listings (bureau, standing, id);
create index listings_area on listings (area, standing, id);
create index listings_stage on listings (standing, id);
create index removals_open on removals (listing_id) where outcome is null;
create index list_acks_partner on list_acks (partner_id, at);
create index deliveries_dead_of on deliveries (subscription_id, id) where state = 'dead';
