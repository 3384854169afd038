//! One window of a borrowed browser, used as a person uses it: open, type, choose, press, wait for what appears.
//!
//! Every page that is opened or arrived at is looked over by [`super::sound`], each kind of page once in a walk. Nothing here waits a
//! fixed time.

use super::View;
use super::driver::{Driver, Own, until};
use super::sound;
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::key::Key;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::path::Path;

/// A window on one served program.
pub struct Page {
    driver: &'static Driver,
    client: Client,
    /// `http://127.0.0.1:12345`.
    pub origin: String,
    view: Cell<View>,
    /// Whether the pages' own scripts run.
    pub script: bool,
    seen: RefCell<BTreeSet<String>>,
    taps: Cell<u32>,
    /// Pages that were left so far.
    left: Cell<u32>,
}

impl Page {
    /// Borrows a browser and makes it forget whoever used it before.
    pub fn lend(driver: &'static Driver, origin: &str, view: View, script: bool) -> Self {
        let page = Self {
            driver,
            client: driver.lend(),
            origin: origin.to_owned(),
            view: Cell::new(view),
            script,
            seen: RefCell::default(),
            taps: Cell::new(0),
            left: Cell::new(0),
        };
        page.devtools("Emulation.setScriptExecutionDisabled", &json!({ "value": false }));
        page.goto("about:blank");
        page.devtools("Network.clearBrowserCookies", &json!({}));
        page.show(view);
        page.by_night(false);
        if !script {
            page.devtools("Emulation.setScriptExecutionDisabled", &json!({ "value": true }));
            page.goto("data:text/html,<title>off</title><script>document.title='on'</script>");
            assert_eq!(page.title(), "off", "scripts still run");
            page.goto("about:blank");
        }
        page.console();
        page
    }
    /// Gives the browser back.
    pub fn back(self, sound: bool) {
        self.driver.back(self.client, sound);
    }

    // what the browser is told

    fn run<T>(&self, f: impl Future<Output = Result<T, CmdError>>) -> T {
        self.driver.runtime.block_on(f).unwrap_or_else(|e| panic!("the browser: {e}"))
    }
    /// A command of the DevTools protocol.
    pub fn devtools(&self, cmd: &str, params: &Value) -> Value {
        self.run(self.client.issue_cmd(Own::devtools(cmd, params)))
    }
    /// Runs a script of the test's, whether or not those of the page may run.
    pub fn js(&self, script: &str, args: Vec<Value>) -> Value {
        self.run(self.client.execute(script, args))
    }
    /// A script that calls its last argument when it is done. Timers run only where scripts may: they may for its time.
    pub fn js_later(&self, script: &str, args: Vec<Value>) -> Value {
        if !self.script {
            self.devtools("Emulation.setScriptExecutionDisabled", &json!({ "value": false }));
        }
        let out = self.run(self.client.execute_async(script, args));
        if !self.script {
            self.devtools("Emulation.setScriptExecutionDisabled", &json!({ "value": true }));
        }
        out
    }
    /// What stood in the console since the last time: level and message.
    pub fn console(&self) -> Vec<(String, String)> {
        let all = self.run(self.client.issue_cmd(Own::console()));
        let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        all.as_array().unwrap().iter().map(|e| (text(&e["level"]), text(&e["message"]))).collect()
    }
    /// The size of the window; a narrow one is a telephone.
    fn show(&self, view: View) {
        let View { width, height } = view;
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": view.phone() });
        self.devtools("Emulation.setDeviceMetricsOverride", &metrics);
    }
    pub fn view(&self) -> View {
        self.view.get()
    }
    /// Another size, unless it has it.
    pub fn resize(&self, view: View) {
        if self.view.replace(view) != view {
            self.show(view);
        }
    }
    /// Whether the person likes dark pages.
    pub fn by_night(&self, dark: bool) {
        let scheme = if dark { "dark" } else { "light" };
        // nothing moves, so that a picture taken at any moment is the same
        let features =
            json!([{ "name": "prefers-color-scheme", "value": scheme }, { "name": "prefers-reduced-motion", "value": "reduce" }]);
        self.devtools("Emulation.setEmulatedMedia", &json!({ "features": features }));
    }
    /// Holds a session from now on.
    pub fn hold(&self, cookie: &str, token: &str) {
        let path = if cookie == "qxw" { "/h5" } else { "/" };
        let set = json!({ "name": cookie, "value": token, "url": self.origin, "path": path, "httpOnly": true, "sameSite": "Lax" });
        assert_eq!(self.devtools("Network.setCookie", &set)["success"], true);
    }
    /// The session is gone, as when the browser was closed in between.
    pub fn forget(&self) {
        self.devtools("Network.clearBrowserCookies", &json!({}));
    }

    // where it stands

    fn goto(&self, url: &str) {
        self.run(self.client.goto(url));
    }
    pub fn title(&self) -> String {
        self.run(self.client.title())
    }
    /// Path, query and place of the page.
    pub fn at(&self) -> String {
        let url = self.run(self.client.current_url()).to_string();
        url.strip_prefix(&self.origin).map(str::to_owned).unwrap_or(url)
    }
    pub fn html(&self) -> String {
        self.run(self.client.source())
    }
    /// All the words of the page, those inside closed parts too.
    pub fn words(&self) -> String {
        let all = self.js("return document.body ? document.body.textContent : ''", Vec::new());
        all.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
    }
    pub fn picture(&self) -> Vec<u8> {
        self.run(self.client.screenshot())
    }
    /// Opens a path of the program.
    pub fn open(&self, path: &str) {
        self.goto(&format!("{}{path}", self.origin));
        self.look();
    }
    /// Opens a path without looking it over.
    pub fn bare(&self, path: &str) {
        self.goto(&format!("{}{path}", self.origin));
    }
    /// Opens every closed part at once: what is in them is looked over too.
    pub fn unfold_all(&self) {
        self.js("for (const d of document.querySelectorAll('details')) d.open = true", Vec::new());
    }
    /// Goes back as the browser's button does.
    pub fn previous(&self) {
        self.leave("going back", || self.run(self.client.back()));
    }
    /// Looks the page over, unless one of its kind was.
    pub fn look(&self) {
        let kind: String = self.at().split(['?', '#']).next().unwrap().split('/').map(|p| if p.len() > 30 { "…/" } else { p }).collect();
        let head = self.js("return [...document.querySelectorAll('h1,h2,[role=alert]')].map(h => h.textContent).join()", Vec::new());
        if self.seen.borrow_mut().insert(format!("{kind} {} {head}", self.title())) {
            sound::demand(self);
        } else {
            sound::quiet(self);
        }
    }

    // what a person does

    pub fn there(&self, css: &str) -> bool {
        self.count(css) > 0
    }
    pub fn count(&self, css: &str) -> usize {
        self.run(self.client.find_all(Locator::Css(css))).len()
    }
    /// The first that fits, as soon as it is there.
    pub fn find(&self, css: &str) -> Element {
        until(css, || self.run(self.client.find_all(Locator::Css(css))).into_iter().next())
    }
    /// Waits until the page says these words.
    #[track_caller]
    pub fn says(&self, words: &str) {
        until(&format!("{words:?} on {}", self.at()), || self.words().contains(words).then_some(()));
    }
    #[track_caller]
    pub fn is_at(&self, path: &str) {
        until(&format!("to be at {path}, not {}", self.at()), || self.at().starts_with(path).then_some(()));
    }
    /// The question that is shown, where one is shown at a time.
    fn question(&self) -> Value {
        self.js("return [...document.querySelectorAll('form.steps fieldset.part')].findIndex(p => !p.hidden)", Vec::new())
    }
    /// Does what leads to another question, and waits for it.
    fn turn(&self, act: impl FnOnce()) {
        let here = self.question();
        act();
        until("another question", || (self.question() != here).then_some(()));
    }
    /// The key that ends what is typed leads to the next question, where one is shown at a time.
    pub fn onward(&self) {
        if self.question() != -1 {
            self.turn(|| self.keys(&char::from(Key::Enter).to_string()));
        }
    }
    /// Goes to the question something stands in, by its buttons.
    fn to_question(&self, css: &str) {
        const FAR: &str = "const e = document.querySelector(arguments[0]), f = e && e.closest('form.steps');
            if (!f) return 0;
            const all = [...f.querySelectorAll('fieldset.part')], at = all.findIndex(p => !p.hidden), p = e.closest('fieldset.part');
            return (p ? all.indexOf(p) : e.closest('.acts') ? all.length - 1 : at) - at";
        while let Some(far @ (i64::MIN..=-1 | 1..)) = self.js(FAR, vec![json!(css)]).as_i64() {
            let button = if far > 0 { "form.steps .acts.step .btn:not(.second)" } else { "form.steps .acts .btn.second[type=button]" };
            let button = self.find(button);
            self.turn(|| self.run(button.click()));
            self.tap(1);
        }
    }
    /// Opens the closed parts something stands in, the outer first, by their summaries.
    pub fn unfold(&self, css: &str) {
        self.find(css);
        self.to_question(css);
        let closed = format!("details:not([open]):has({css}) > summary");
        while let Some(summary) = self.run(self.client.find_all(Locator::Css(&closed))).into_iter().next() {
            self.run(summary.click());
            self.tap(1);
        }
    }
    /// Types into an empty field.
    pub fn fill(&self, css: &str, text: &str) {
        self.unfold(css);
        let field = self.find(css);
        let kind = self.run(field.prop("type")).unwrap_or_default();
        if kind == "date" || kind == "datetime-local" {
            self.type_day(css, text);
            return;
        }
        if kind == "file" {
            self.tap(1);
        } else {
            self.run(field.clear());
        }
        self.run(field.send_keys(text));
    }
    /// A day `2026-11-23` or a minute `2026-11-23T09:00` by its parts, as the keyboard enters it.
    pub fn type_day(&self, css: &str, text: &str) {
        let field = self.find(css);
        let (day, time) = text.split_once('T').unwrap_or((text, ""));
        let mut parts = day.split('-');
        let (year, month, date) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
        let next = char::from(Key::Right).to_string();
        let clock = time.replace(':', "");
        let noon = time
            .get(..2)
            .and_then(|h| h.parse::<u32>().ok())
            .map(|h| (if h % 12 == 0 { 12 } else { h % 12 }, if h < 12 { "A" } else { "P" }));
        let american = noon.map_or(String::new(), |(h, half)| format!("{next}{h:02}{}{half}", &time[3..]));
        // the parts stand in the order of the browser's language, Chinese or American; a year may have six digits and does not end itself
        let away = || self.js("document.activeElement.blur()", Vec::new());
        for typed in [format!("{year}{next}{month}{date}{clock}"), format!("{month}{date}{year}{american}")] {
            self.run(field.clear());
            // the first part again, wherever the cursor stood
            away();
            self.run(field.send_keys(&typed));
            if self.run(field.prop("value")).as_deref() == Some(text) {
                return;
            }
        }
        panic!("{text} could not be typed, the field says {:?}", self.run(field.prop("value")));
    }
    /// What a field holds.
    pub fn value(&self, css: &str) -> String {
        let field = self.find(css);
        self.run(field.prop("value")).unwrap_or_default()
    }
    /// Chooses of a list by its value.
    pub fn choose(&self, css: &str, value: &str) {
        self.unfold(css);
        let list = self.find(css);
        self.run(list.select_by_value(value));
        self.tap(2);
    }
    /// Ticks a box or one of several.
    pub fn tick(&self, css: &str) {
        self.unfold(css);
        let field = self.find(css);
        if !self.run(field.is_selected()) {
            self.run(field.click());
            self.tap(1);
        }
    }
    /// How often the glass was touched, beside typing: each link, button and box once, a list twice.
    pub fn taps(&self) -> u32 {
        self.taps.get()
    }
    fn tap(&self, times: u32) {
        self.taps.set(self.taps.get() + times);
    }
    /// The words of one place.
    pub fn text(&self, css: &str) -> String {
        let it = self.find(css);
        self.run(it.text())
    }
    /// Clicks, and stays on the page.
    pub fn click(&self, css: &str) {
        self.unfold(css);
        let it = self.find(css);
        self.run(it.click());
        self.tap(1);
    }
    /// Clicks what leads to another page, and looks that over.
    #[track_caller]
    pub fn press(&self, css: &str) {
        self.unfold(css);
        let it = self.find(css);
        self.tap(1);
        self.leave(css, || self.run(it.click()));
    }
    /// Clicks what is answered with a file; the file as it arrived in a directory of its own.
    pub fn download(&self, css: &str, dir: &Path) -> Vec<u8> {
        let dir = dir.join(format!("downloads-{}", self.taps.get()));
        std::fs::create_dir(&dir).unwrap();
        self.devtools("Browser.setDownloadBehavior", &json!({ "behavior": "allow", "downloadPath": dir }));
        self.click(css);
        let file = until(&format!("a file after {css}"), || {
            let mut there = std::fs::read_dir(&dir).unwrap().map(|e| e.unwrap().path());
            there.find(|p| p.extension().is_none_or(|e| e != "crdownload") && !p.file_name().unwrap().to_string_lossy().starts_with('.'))
        });
        std::fs::read(file).unwrap()
    }
    /// Clicks twice, as fast as a hand does, on what leads to another page.
    #[track_caller]
    pub fn press_twice(&self, css: &str) {
        self.unfold(css);
        self.find(css);
        let middle = "const r = arguments[0]; const e = document.querySelector(r); e.scrollIntoView({block: 'center'}); \
                      const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]";
        let at = self.js(middle, vec![json!(css)]);
        self.leave(css, || {
            for n in 1..=2 {
                for what in ["mousePressed", "mouseReleased"] {
                    let hand = json!({ "type": what, "x": at[0], "y": at[1], "button": "left", "clickCount": n });
                    self.devtools("Input.dispatchMouseEvent", &hand);
                }
            }
        });
    }
    /// Types where the cursor stands.
    pub fn keys(&self, text: &str) {
        let active = self.run(self.client.active_element());
        self.run(active.send_keys(text));
    }
    /// A key that leads to another page.
    #[track_caller]
    pub fn key(&self, key: Key) {
        let active = self.run(self.client.active_element());
        self.leave("a key", || self.run(active.send_keys(&char::from(key).to_string())));
    }
    /// What the cursor stands on, as `tag#id name`, and its words.
    pub fn focus(&self) -> (String, String) {
        let said = self.js(
            "const e = document.activeElement; return [e.tagName.toLowerCase() + '#' + e.id + ' ' + (e.name || ''), e.textContent.trim()]",
            Vec::new(),
        );
        let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        (text(&said[0]), text(&said[1]))
    }
    /// Goes on with the tabulator until the cursor stands on what fits.
    #[track_caller]
    pub fn tab_to(&self, css: &str) {
        const MOST: usize = 200;
        for _ in 0..MOST {
            self.keys(&char::from(Key::Tab).to_string());
            let there = self.js("return document.activeElement.matches(arguments[0])", vec![json!(css)]);
            if there == true {
                let seen = "const e = document.activeElement, s = getComputedStyle(e); \
                            const near = e.closest('label,summary') || e, t = getComputedStyle(near); \
                            return [s, t].some(x => x.outlineStyle !== 'none' || x.boxShadow !== 'none')";
                assert_eq!(self.js(seen, Vec::new()), true, "{css} has the cursor and does not show it");
                return;
            }
        }
        panic!("{css} is not reached by the keyboard, the cursor stands on {:?}", self.focus());
    }
    /// Does something, and waits until another document has come.
    #[track_caller]
    fn leave(&self, what: &str, act: impl FnOnce()) {
        // a page that comes back as it was left has what an earlier walk left in it
        self.left.set(self.left.get() + 1);
        let mark = json!(self.left.get());
        self.js("window.leftBehind = arguments[0]", vec![mark.clone()]);
        act();
        until(&format!("another page after {what}, from {}", self.at()), || {
            // between two documents a script may find neither
            let asked = "return window.leftBehind !== arguments[0] && document.readyState === 'complete'";
            let asked = self.client.execute(asked, vec![mark.clone()]);
            matches!(self.driver.runtime.block_on(asked), Ok(Value::Bool(true))).then_some(())
        });
        self.look();
    }
}
