-- PostgreSQL checks sums across rows with deferred triggers here. SQLite has none: the one writer, the code and `doctor`
-- watch over them.
select 1;
