//! Reports as workers of a city make them: synthetic persons (area code 379900), firms and projects.

use super::people::name;
use super::rng::Rng;
use crate::base::At;
use crate::domain::intake::{FilingDraft, FilingKind, Party, PartyRole, Reporter};
use crate::law::Fen;
use crate::law::identity::Uscc;

/// Where a report comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// 12345.
    Hotline,
    /// The county's telephone.
    Phone,
    /// The county's counter.
    Window,
    /// The national platform.
    National,
    /// Passed on by the petition office.
    Petition,
    /// Assigned by the province.
    Province,
    /// Found on patrol: a report by someone who is never named.
    Patrol,
}

impl Door {
    fn channel(self) -> (&'static str, FilingKind) {
        match self {
            Self::Hotline => ("hotline_12345", FilingKind::Complaint),
            Self::Phone => ("phone", FilingKind::Complaint),
            Self::Window => ("window", FilingKind::Complaint),
            Self::National => ("national", FilingKind::Clue),
            Self::Petition => ("petition", FilingKind::Petition),
            Self::Province => ("province", FilingKind::Assigned),
            Self::Patrol => ("patrol", FilingKind::Report),
        }
    }
    /// Whether it comes in at the city's desk.
    #[must_use]
    pub fn at_city(self) -> bool {
        matches!(self, Self::National | Self::Hotline | Self::Province)
    }
}

/// A project of an industry, or work that belongs to none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trade {
    /// Buildings.
    Housing,
    /// Roads.
    Transport,
    /// Water works.
    Water,
    /// A factory, a restaurant, a carrier.
    None,
}

const FIRM_A: &[&str] =
    &["鸿", "瑞", "泰", "盛", "恒", "昌", "嘉", "润", "宏", "博", "远", "新", "金", "永", "华", "众", "海", "腾", "凯", "祥"];
const FIRM_B: &[&str] =
    &["达", "丰", "通", "业", "顺", "和", "邦", "源", "信", "润", "基", "成", "晟", "安", "邺", "途", "创", "驰", "川", "岳"];
const FIRM_C: &[&str] = &["东", "南", "西", "北", "中", "一", "二", "三", "正", "大"];

/// The number of report `n` that is not sent by anybody real: `199` and eight digits.
fn phone(n: u64) -> String {
    format!("199{:08}", 10_000_000 + n % 89_999_999)
}

/// A resident ID of the synthetic area 379900 with its check digit.
fn resident(rng: &mut Rng) -> String {
    let (y, m, d, s) = (rng.range(1964, 2004), rng.range(1, 12), rng.range(1, 28), rng.range(1, 999));
    let body = format!("379900{y:04}{m:02}{d:02}{s:03}");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.chars().filter_map(|c| c.to_digit(10)).zip(weights).map(|(d, w)| d * w).sum();
    let check = ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][usize::try_from(sum % 11).unwrap_or(0)];
    format!("{body}{check}")
}

/// A firm's name; `n` keeps most of them apart.
fn firm(rng: &mut Rng, trade: Trade, n: u64) -> String {
    let kind = match trade {
        Trade::Housing => *rng.pick(&["建筑工程有限公司", "建筑劳务有限公司", "装饰工程有限公司", "市政工程有限公司"]),
        Trade::Transport => *rng.pick(&["路桥建设有限公司", "公路工程有限公司", "交通工程劳务有限公司"]),
        Trade::Water => *rng.pick(&["水利工程有限公司", "水务建设有限公司"]),
        Trade::None => {
            *rng.pick(&["餐饮服务有限公司", "机械制造有限公司", "食品加工有限公司", "物流运输有限公司", "纺织有限公司", "保洁服务有限公司"])
        }
    };
    let i = |k: u64| usize::try_from(k).unwrap_or(0);
    format!("潍坊{}{}{}{kind}", FIRM_A[i(n % 20)], FIRM_B[i(n / 20 % 20)], FIRM_C[i(n / 400 % 10)])
}

/// The unified social credit code of an invented firm: of its name, so that the same firm has the same code everywhere.
fn code_of(firm: &str) -> Option<String> {
    const SIGNS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let n = firm.chars().fold(7_u64, |n, c| (n * 31 + u64::from(u32::from(c))) % 1_000_000);
    let head = format!("91370700MA{n:06}");
    let short = "0123456789X".chars().map(|c| format!("{head}{c}"));
    short.flat_map(|s| SIGNS.chars().map(move |c| format!("{s}{c}"))).find(|c| Uscc::parse(c).is_ok())
}

/// What a report is about.
#[derive(Debug, Clone)]
pub struct Matter {
    /// The area as written.
    pub area: String,
    /// Trade.
    pub trade: Trade,
    /// How many are owed.
    pub headcount: i64,
    /// How it comes in.
    pub door: Door,
}

/// Writes the `n`th report, received at `at`.
pub fn write(rng: &mut Rng, m: &Matter, n: u64, at: At) -> FilingDraft {
    let (channel, kind) = m.door.channel();
    let place = m.area.trim_end_matches(['区', '县', '市']).to_owned();
    let (project, project_kind) = match m.trade {
        Trade::Housing => {
            let p = *rng.pick(&["和苑小区", "学府花园", "安置楼", "实验学校教学楼", "人民医院病房楼", "污水处理厂扩建"]);
            (Some(format!("{place}{p}{}期", 1 + n % 37)), Some("房屋建筑工程"))
        }
        Trade::Transport => (Some(format!("{place}至临港公路{}标段", 1 + n % 61)), Some("公路工程")),
        Trade::Water => (Some(format!("{place}段河道综合治理{}标", 1 + n % 53)), Some("水利工程")),
        Trade::None => (None, None),
    };
    let respondent = firm(rng, m.trade, n);
    let mut parties = vec![Party {
        role: PartyRole::Respondent,
        name: respondent.clone(),
        // a crew knows whom it works for, one alone sometimes
        uscc: if m.headcount > 6 || rng.per_mille(300) { code_of(&respondent) } else { None },
        id: None,
    }];
    if project.is_some() && rng.per_mille(600) {
        let general = format!("山东{}建设集团有限公司", rng.pick(FIRM_B));
        parties.push(Party { role: PartyRole::GeneralContractor, name: general, uscc: None, id: None });
    }
    if project.is_some() && rng.per_mille(250) {
        parties.push(Party { role: PartyRole::TeamLeader, name: name(rng), uscc: None, id: Some(resident(rng)) });
    }
    let months = rng.range(1, 9);
    let end = at.day().plus(-rng.range(5, 60));
    let from = end.plus(-months * 30);
    let each = rng.range(2_800, 9_600) * 100 + rng.range(0, 99);
    let total = Fen::new((each * months * m.headcount / 2).max(80_000));
    let what = project.clone().unwrap_or_else(|| respondent.clone());
    let mut narrative = format!("{from}至{end}在{what}干活，{}人工资共{total}元至今没有发放，多次催要未果，请求协调处理。", m.headcount);
    if rng.per_mille(25) {
        narrative.push_str(rng.pick::<&str>(&["公司负责人失联。", "工友准备拉横幅讨要工资。", "有工友干活时受伤。"]));
    }
    let sent = matches!(m.door, Door::National | Door::Hotline | Door::Petition | Door::Province);
    FilingDraft {
        kind,
        channel: channel.to_owned(),
        superior: m.door == Door::Province,
        source: None,
        source_number: sent.then(|| format!("YS{}{n:06}", at.day().year())),
        received_at: at,
        received_stated: true,
        reporter: Reporter { name: name(rng), phone: Some(phone(n)), id: rng.per_mille(700).then(|| resident(rng)), bank_card: None },
        parties,
        project,
        industry: Some(if m.trade == Trade::None { "非工程建设领域" } else { "工程建设领域" }.to_owned()),
        project_kind: project_kind.map(str::to_owned),
        area_text: Some(m.area.clone()),
        address: Some(format!("{}{}路{}号", m.area, rng.pick(&["东风", "健康", "胜利", "文化", "潍州", "北海"]), rng.range(1, 400))),
        government_funded: (m.trade == Trade::Water || m.trade == Trade::Transport).then_some(true),
        contract_signed: Some(rng.per_mille(350)),
        headcount: m.headcount,
        reported_total: total,
        period_from: Some(from),
        period_to: Some(end),
        narrative: Some(narrative),
        previous_channels: Vec::new(),
        previous_detail: None,
        reply_term: None,
        remarks: Vec::new(),
    }
}

/// Name, resident ID and telephone of the `n`th member of a crew.
pub fn member(rng: &mut Rng, n: u64) -> (String, String, String) {
    (name(rng), resident(rng), phone(60_000_000 + n))
}

/// The same worker tells it again by telephone.
pub fn again(first: &FilingDraft, n: u64, at: At) -> FilingDraft {
    FilingDraft {
        kind: FilingKind::Complaint,
        channel: "phone".into(),
        superior: false,
        source_number: None,
        received_at: at,
        narrative: first.narrative.as_ref().map(|t| format!("再次来电催问（第{}次）：{t}", 2 + n % 2)),
        ..first.clone()
    }
}

/// A colleague with the same employer: the desk is told that the case may be the same.
pub fn colleague(rng: &mut Rng, first: &FilingDraft, n: u64, at: At) -> FilingDraft {
    let each = first.reported_total.get() / first.headcount.max(1);
    FilingDraft {
        reporter: Reporter { name: name(rng), phone: Some(phone(n)), id: Some(resident(rng)), bank_card: None },
        source_number: None,
        channel: "window".into(),
        kind: FilingKind::Complaint,
        superior: false,
        headcount: 1,
        reported_total: Fen::new(each.max(80_000) + rng.range(0, 90_000)),
        received_at: at,
        ..first.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Day;
    use crate::law::identity::{Phone, ResidentId};

    #[test]
    fn reports_are_of_synthetic_persons_and_the_same_every_time() {
        let at = Day::ymd(2026, 3, 2).unwrap().at(9, 0);
        let m = Matter { area: "奎文区".into(), trade: Trade::Housing, headcount: 3, door: Door::National };
        let drafts = |seed| {
            let mut rng = Rng::new(seed);
            (0..300).map(|n| write(&mut rng, &m, n, at)).collect::<Vec<_>>()
        };
        assert_eq!(drafts(7), drafts(7));
        for d in drafts(7) {
            if let Some(id) = &d.reporter.id {
                assert!(id.starts_with("379900") && ResidentId::parse(id).is_ok(), "{id}");
            }
            assert!(Phone::parse(d.reporter.phone.as_deref().unwrap()).is_ok());
            assert!(d.reported_total.get() > 0 && d.period_from < d.period_to && d.period_to.unwrap() < at.day());
        }
    }
}
