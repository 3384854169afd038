-- Systems' doors: what another system may follow of its own filings.

-- The system that sent the filing an event is about, for the moves it may hear of; a projection beside the canonical bytes.
alter table events add column partner_id blob;
create index events_partner on events (partner_id, log_no) where partner_id is not null;
create trigger events_partner_no_update before update of partner_id on events
begin select raise(abort, 'events are never rewritten'); end;
