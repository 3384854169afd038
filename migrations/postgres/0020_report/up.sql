-- Money by month reads the rows of the month alone.
create index cases_created on cases (created_at);
create index payments_day on payments (paid_on) where reversed_at is null;
create index agreements_day on agreements (signed_on) where no = 1;
create index orders_created on orders (created_at);
create index supervisions_opened on supervisions (opened_at);
