drop index cases_area_concluded;
drop index cases_area_running;
drop table bulletins;
drop table campaign_marks;
drop table campaign_reports;
drop table campaign_bureaus;
drop table campaigns;
