//! Configuration of the workers' pages.

use serde::Deserialize;

/// The workers' pages: what a city puts on them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct H5 {
    /// What stands at the top of the page.
    pub name: String,
    /// What the browser's tab and history say.
    pub tab: String,
    /// Where the quick exit leads: a page anybody may be found on.
    pub exit: String,
    /// The labour line.
    pub bureau: String,
    /// The city's line.
    pub city: String,
    /// The police.
    pub police: String,
    /// Records of the site in the foot, one line; may be empty.
    pub records: String,
}
impl Default for H5 {
    fn default() -> Self {
        Self {
            name: "清薪".into(),
            tab: "便民服务".into(),
            exit: "https://www.weather.com.cn/".into(),
            bureau: "12333".into(),
            city: "12345".into(),
            police: "110".into(),
            records: String::new(),
        }
    }
}
