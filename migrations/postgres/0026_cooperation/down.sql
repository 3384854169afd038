drop table commitments;
drop table talks;
drop table cooperations;
