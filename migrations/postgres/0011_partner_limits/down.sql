alter table partners drop column clues_a_minute;
alter table partners drop column requests_a_minute;
