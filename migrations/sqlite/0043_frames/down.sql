drop index cases_unconcluded;
