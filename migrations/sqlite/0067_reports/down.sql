drop index cases_concluded;
drop index cases_running;
drop table bulletins;
drop table campaign_marks;
drop table campaign_reports;
drop table campaign_bureaus;
drop table campaigns;
