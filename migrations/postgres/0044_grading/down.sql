drop table grading_papers;
drop table gradings;
drop table grading_runs;
drop table conduct_records;
drop table conduct_files;
