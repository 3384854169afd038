-- What another system may ask and send in a minute, where the operator set it; null: what the configuration says.
alter table partners add column requests_a_minute integer check (requests_a_minute > 0);
alter table partners add column clues_a_minute integer check (clues_a_minute > 0);
