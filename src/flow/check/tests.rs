use super::*;
use crate::domain::facts;

pub(crate) fn shipped() -> Vec<(String, String)> {
    [("filing.v1.toml", include_str!("../../../workflows/filing.v1.toml")), ("complaint.v1.toml", include_str!("../../../workflows/complaint.v1.toml"))]
        .map(|(n, t)| (format!("workflows/{n}"), t.to_owned()))
        .to_vec()
}

#[test]
fn the_shipped_definitions_pass() {
    let rules = Rules::embedded();
    let reg = facts::registry(facts::CODES, &rules).unwrap();
    match load(&shipped(), &reg) {
        Ok(graphs) => {
            for g in &graphs {
                let found = against(g, &rules, Day::ymd(2026, 11, 23).unwrap());
                assert_eq!(found, [], "{}", g.key);
            }
        }
        Err(found) => panic!("{}", found.iter().map(|f| format!("{f}\n")).collect::<String>()),
    }
}
