-- What a report says and no list or search asks for lives in one column: narrow rows, and table types that compile in a
-- quarter of the time (no table of ours needs more than 32 columns).
alter table filings add column told_doc text not null default '{}';
update filings set told_doc = json_object(
  'source', source, 'address', address, 'industry', industry, 'project_kind', project_kind,
  'government_funded', json(case government_funded when 1 then 'true' when 0 then 'false' else 'null' end),
  'uscc', uscc, 'chain', json(chain_doc), 'flags', flags, 'content_hash', content_hash);
alter table cases add column site_doc text not null default '{}';
update cases set site_doc = json_object(
  'project_kind', project_kind, 'address', address,
  'government_funded', json(case government_funded when 1 then 'true' when 0 then 'false' else 'null' end));
alter table filings drop column source;
alter table filings drop column address;
alter table filings drop column industry;
alter table filings drop column project_kind;
alter table filings drop column government_funded;
alter table filings drop column uscc;
alter table filings drop column chain_doc;
alter table filings drop column flags;
alter table filings drop column content_hash;
alter table cases drop column project_kind;
alter table cases drop column government_funded;
alter table cases drop column address;
