drop table submission_files;
drop table submissions;
drop table door_sessions;
drop table served_codes;
drop index documents_number;
drop table served_papers;
