alter table compensation_payments drop column reversed_at;
alter table compensation_payments drop column reversed_by;
