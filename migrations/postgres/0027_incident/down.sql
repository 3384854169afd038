drop table incident_tellings;
drop table incidents;
