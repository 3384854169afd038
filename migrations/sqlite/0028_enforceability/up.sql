-- What was chosen at signing so that an agreement can be enforced has a way of its own: applied for in its time, confirmed or refused, or lapsed.
alter table agreements add column enforcement text not null default 'none'
  check (enforcement in ('none', 'open', 'applied', 'confirmed', 'refused', 'lapsed'));
alter table agreements add column applied_on text;
alter table agreements add column decided_on text;
-- how a guarantor stands in, and up to how much
alter table agreements add column guarantee text check (guarantee in ('general', 'joint'));
alter table agreements add column guaranteed integer check (guaranteed > 0);
update agreements set enforcement = 'open' where enforceability <> 'none';
