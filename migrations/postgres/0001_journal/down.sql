drop table checkpoints;
drop table log_tree;
drop table events;
drop function never_rewritten();
drop table key_ring;
drop table meta;
