//! The console: pages for officers, rendered by the server, whole without JavaScript.
//!
//! Owns the typed contexts of the pages ([`view`]) and their templates in `src/web/pages`. Handlers map what `app` says
//! into a context and render it; nothing here decides anything.

pub mod view;
