drop index supervisions_opened;
drop index orders_created;
drop index agreements_day;
drop index payments_day;
drop index cases_created;
