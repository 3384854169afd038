drop table upload_parts;
drop table uploads;
alter table evidence drop column worker_id;
alter table evidence drop column thumb_key;
alter table evidence drop column original_sha256;
