//! Samples of every page for the test that renders them all.
