drop index draws_running;
alter table draws drop column abandoned_why;
alter table draws drop column abandoned_at;
