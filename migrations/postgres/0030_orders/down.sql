drop table compensation_payments;
alter table order_claims drop column discharged_before;
alter table orders drop column consent_id;
alter table orders drop column remedy_on;
alter table orders drop column crime_result;
alter table orders drop column compensation_state;
alter table orders drop column unpaid_at_expiry;
alter table orders drop column paper_at;
