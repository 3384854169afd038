drop table bells;
