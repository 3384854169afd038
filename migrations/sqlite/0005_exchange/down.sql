drop table delivery_attempts;
drop table deliveries;
drop table subscriptions;
drop table answer_rounds;
drop trigger events_partner_no_update;
drop index events_partner;
alter table events drop column partner_id;
