alter table filings add column source text not null default '';
alter table filings add column address text;
alter table filings add column industry text;
alter table filings add column project_kind text;
alter table filings add column government_funded integer;
alter table filings add column uscc text;
alter table filings add column chain_doc text not null default '[]';
alter table filings add column flags text not null default '';
alter table filings add column content_hash text not null default '';
alter table cases add column project_kind text;
alter table cases add column government_funded integer;
alter table cases add column address text;
update filings set source = json_extract(told_doc, '$.source'), address = json_extract(told_doc, '$.address'), industry = json_extract(told_doc, '$.industry'),
  project_kind = json_extract(told_doc, '$.project_kind'), government_funded = json_extract(told_doc, '$.government_funded'), uscc = json_extract(told_doc, '$.uscc'),
  chain_doc = json_extract(told_doc, '$.chain'), flags = json_extract(told_doc, '$.flags'), content_hash = json_extract(told_doc, '$.content_hash');
update cases set project_kind = json_extract(site_doc, '$.project_kind'), address = json_extract(site_doc, '$.address'), government_funded = json_extract(site_doc, '$.government_funded');
alter table cases drop column site_doc;
alter table filings drop column told_doc;
