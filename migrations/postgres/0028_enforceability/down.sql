alter table agreements drop column guaranteed;
alter table agreements drop column guarantee;
alter table agreements drop column decided_on;
alter table agreements drop column applied_on;
alter table agreements drop column enforcement;
