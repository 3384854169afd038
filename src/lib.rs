//! Qingxin 清薪: drives every unpaid-wage complaint of a city until the money is in the workers' hands.
//!
//! The rooms, from the top: `cli → boot → {web, jobs} → app → {store, gateway, paper} → domain → flow → law → base`.
//! A room may use any room below it; siblings never import each other (`tests/it/house.rs` checks it).
//! Start reading at [`app::perform`]; `docs/architecture.md` follows one complaint through all rooms.

pub mod app;
pub mod base;
pub mod boot;
pub mod cli;
pub mod domain;
pub mod flow;
pub mod gateway;
pub mod jobs;
pub mod law;
pub mod paper;
pub mod store;
pub mod web;
