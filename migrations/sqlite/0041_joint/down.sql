alter table pay_lists drop column consented_by;
alter table pay_lists drop column procedure_id;
