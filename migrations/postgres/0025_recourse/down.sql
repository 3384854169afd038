drop table recourses;
