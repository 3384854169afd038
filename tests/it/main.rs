//! The integration tests, one binary. `support` gives each test its own database on both backends.
//!
//! `#[cfg(test)]` stands before each module so that helpers may unwrap like the tests they help.

#[cfg(test)]
mod access;
#[cfg(test)]
mod access_admin;
#[cfg(test)]
mod access_announcements;
#[cfg(test)]
mod access_console;
#[cfg(test)]
mod access_counter;
#[cfg(test)]
mod access_dashboard;
#[cfg(test)]
mod access_draws;
#[cfg(test)]
mod access_employer;
#[cfg(test)]
mod access_employers;
#[cfg(test)]
mod access_gradings;
#[cfg(test)]
mod access_h5;
#[cfg(test)]
mod access_joint;
#[cfg(test)]
mod access_listings;
#[cfg(test)]
mod access_outbox;
#[cfg(test)]
mod access_penalties;
#[cfg(test)]
mod access_reports;
#[cfg(test)]
mod access_worker;
#[cfg(test)]
mod administration;
#[cfg(test)]
mod alarms;
#[cfg(test)]
mod announcements;
#[cfg(test)]
mod api;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod bells;
#[cfg(test)]
mod bench;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod bulletins;
#[cfg(test)]
mod campaigns;
#[cfg(test)]
mod casebook;
#[cfg(test)]
mod console;
#[cfg(test)]
mod console_counter;
#[cfg(test)]
mod cooperation;
#[cfg(test)]
mod counter;
#[cfg(test)]
mod counter_people;
#[cfg(test)]
mod courier;
#[cfg(test)]
mod courier_faults;
#[cfg(test)]
mod dashboard;
#[cfg(test)]
mod draws;
#[cfg(test)]
mod drills;
#[cfg(test)]
mod employer;
#[cfg(test)]
mod employers;
#[cfg(test)]
mod employers_sight;
#[cfg(test)]
mod exchange;
#[cfg(test)]
mod exchange_out;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod grading;
#[cfg(test)]
mod grading_walk;
#[cfg(test)]
mod h5;
#[cfg(test)]
mod h5_light;
#[cfg(test)]
mod h5_ways;
#[cfg(test)]
mod house;
#[cfg(test)]
mod import;
#[cfg(test)]
mod inbox;
#[cfg(test)]
mod joining;
#[cfg(test)]
mod joint;
#[cfg(test)]
mod joint_money;
#[cfg(test)]
mod journal;
#[cfg(test)]
mod keeping;
#[cfg(test)]
mod law_map;
#[cfg(test)]
mod legacy;
#[cfg(test)]
mod legacy_review;
#[cfg(test)]
mod listed;
#[cfg(test)]
mod listing_desk;
#[cfg(test)]
mod listings;
#[cfg(test)]
mod listings_killed;
#[cfg(test)]
mod listings_shared;
#[cfg(test)]
mod listings_walk;
#[cfg(test)]
mod migrate;
#[cfg(test)]
mod money;
#[cfg(test)]
mod money_words;
#[cfg(test)]
mod orders;
#[cfg(test)]
mod overdue;
#[cfg(test)]
mod penalties;
#[cfg(test)]
mod plans;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod review;
#[cfg(test)]
mod roster;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod search;
#[cfg(test)]
mod second_factor;
#[cfg(test)]
mod store;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod told;
#[cfg(test)]
mod told_rows;
#[cfg(test)]
mod torture;
#[cfg(test)]
mod town;
#[cfg(test)]
mod typings;
#[cfg(test)]
mod uploads;
#[cfg(test)]
mod wire;
#[cfg(test)]
mod workers;
