drop index cases_second;
