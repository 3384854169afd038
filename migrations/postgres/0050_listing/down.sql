drop table removals;
drop table listing_parties;
drop table listings;
