//! The staff of the demonstration: every bureau with every duty, one password, hashed once.

use super::rng::Rng;
use crate::app::App;
use crate::app::demo::{PASSWORD, login};
use crate::app::people::{self, NewAccount};
use crate::base::{Error, Result};
use crate::domain::access::{Actor, Duty, DutyKind, Staff};
use crate::domain::routing::BureauKind;
use std::collections::BTreeMap;
use std::sync::Arc;

const SURNAMES: &[&str] = &[
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马", "罗", "梁", "宋",
    "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程", "曹", "袁", "邓", "许", "傅", "沈", "曾", "彭", "吕", "苏", "卢", "蒋", "蔡",
    "贾", "丁", "魏", "薛", "叶", "阎", "余", "潘", "杜", "戴", "夏", "钟", "汪", "田", "任", "姜", "范", "方", "石", "姚", "谭", "廖",
    "邹", "熊", "金", "陆", "郝", "孔",
];
const GIVEN: &[&str] = &[
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "霞", "平", "刚", "桂英", "建华",
    "建国", "志强", "秀兰", "玉兰", "海燕", "春梅", "国栋", "永胜", "德山", "长青", "立新", "文斌", "少华", "振东", "晓光", "金凤", "庆喜",
    "来福", "传军", "树林", "洪波", "学武", "培荣", "宝山", "凤英", "兆祥", "延河", "广田",
];

/// A synthetic name.
pub fn name(rng: &mut Rng) -> String {
    format!("{}{}", rng.pick(SURNAMES), rng.pick(GIVEN))
}

/// Everybody at work, by bureau and duty.
#[derive(Debug, Default)]
pub struct Crew(BTreeMap<(String, &'static str), Vec<Arc<Actor>>>);

impl Crew {
    /// The people of a duty in a bureau.
    #[must_use]
    pub fn of(&self, bureau: &str, kind: DutyKind) -> &[Arc<Actor>] {
        self.0.get(&(bureau.to_owned(), kind.key())).map_or(&[], Vec::as_slice)
    }
    /// The `n`th of them, counted round.
    ///
    /// # Errors
    /// Nobody has this duty there.
    pub fn pick(&self, bureau: &str, kind: DutyKind, n: usize) -> Result<Arc<Actor>> {
        let all = self.of(bureau, kind);
        match all.len() {
            0 => Err(Error::Internal(format!("nobody is {} at {bureau}", kind.key()))),
            len => Ok(Arc::clone(&all[n % len])),
        }
    }
}

/// How many people a duty has in a bureau.
fn posts(kind: DutyKind, bureau: BureauKind, city: bool) -> usize {
    match kind {
        DutyKind::Desk | DutyKind::Supervisor if city && bureau == BureauKind::Hrss => 2,
        DutyKind::Supervisor => 0,
        DutyKind::Handler if bureau == BureauKind::Hrss => 4,
        DutyKind::Handler => 2,
        DutyKind::Desk | DutyKind::Leader | DutyKind::Legal | DutyKind::Head => 1,
        DutyKind::Credit if bureau == BureauKind::Hrss => 1,
        k if k.is_admin() && city && bureau == BureauKind::Hrss => 1,
        _ => 0,
    }
}

/// Creates the accounts.
///
/// # Errors
/// The database.
pub fn hire(app: &Arc<App>, rng: &mut Rng) -> Result<Crew> {
    let phc = people::hash_password(PASSWORD)?;
    let mut plan: Vec<(String, DutyKind, NewAccount)> = Vec::new();
    for b in app.city.bureaus.iter() {
        let city = b.area == app.config.city.code;
        for kind in DutyKind::ALL {
            for n in 1..=posts(kind, b.kind, city) {
                let duty = Duty { kind, bureau: b.code.clone(), area: b.area.clone(), for_account: None };
                let new = NewAccount {
                    login: login(kind, &b.code, n),
                    name: name(rng),
                    password_hash: phc.clone(),
                    must_change: false,
                    duties: vec![duty],
                };
                plan.push((b.code.clone(), kind, new));
            }
        }
    }
    let system = Actor::System("demo");
    let all: Vec<NewAccount> = plan.iter().map(|p| p.2.clone()).collect();
    let ids = app.write_blocking(&system, None, move |tx| all.iter().map(|n| people::create_account(tx, n)).collect::<Result<Vec<_>>>())?;
    let mut crew = Crew::default();
    for ((bureau, kind, new), account) in plan.into_iter().zip(ids) {
        let staff = Staff { account, name: new.name, duties: new.duties, session: None, must_change: false };
        crew.0.entry((bureau, kind.key())).or_default().push(Arc::new(Actor::Staff(staff)));
    }
    Ok(crew)
}
