//! What is asked of the program: forms of synthetic persons, and paths of moves. Pure.

use serde_json::{Value, json};

/// A resident ID of the synthetic area 379900 with its check digit.
#[must_use]
pub fn resident(n: u64) -> String {
    let (y, m, d, s) = (1964 + n / 334_992 % 40, 1 + n / 27_916 % 12, 1 + n / 997 % 28, 1 + n % 997);
    let body = format!("379900{y:04}{m:02}{d:02}{s:03}");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.chars().filter_map(|c| c.to_digit(10)).zip(weights).map(|(d, w)| d * w).sum();
    let check = ["1", "0", "X", "9", "8", "7", "6", "5", "4", "3", "2"][usize::try_from(sum % 11).unwrap_or(0)];
    format!("{body}{check}")
}

/// The complaint of worker `n` in an area; `run` keeps the numbers of one run from another's.
#[must_use]
pub fn filing(run: &str, n: u64, area: &str) -> Value {
    let name = ["张测试", "王样本", "李模拟", "赵演练", "孙示例"][usize::try_from(n % 5).unwrap_or(0)];
    json!({
        "kind": "complaint",
        "channel": "window",
        "sourceNumber": format!("{run}-{n}"),
        "reporterName": name,
        "reporterPhone": format!("199{:08}", 10_000_000 + n % 89_999_999),
        "reporterId": resident(n),
        "industry": "工程建设领域",
        "projectKind": "房屋建筑",
        "project": format!("测试花园{n}号楼"),
        "respondent": format!("潍坊测试建筑{n}有限公司"),
        "area": area,
        "address": "测试路 1 号",
        "headcount": 1,
        "reportedTotalFen": 1_200_000,
        "periodFrom": "2026-08-01",
        "periodTo": "2026-10-31",
        "narrative": "在工地干了三个月木工，工资一直没有发，多次找包工头和项目部都说等甲方拨款。",
    })
}

/// One request of a path: a move of the case (`complaint`) or of the filing.
#[derive(Debug, Clone)]
pub struct Step {
    /// Of which procedure.
    pub of: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Whose duty it is.
    pub who: &'static str,
    /// The form; `account` stands for the handler.
    pub form: fn(&str) -> Value,
}

/// The shortest lawful path of the shipped definitions from receipt to an end: refused, with both signatures.
pub const REFUSAL: [Step; 5] = [
    Step { of: "complaint", name: "sign_for", who: "desk", form: |_| json!({}) },
    Step { of: "complaint", name: "assign", who: "leader", form: |account| json!({ "account": account }) },
    Step {
        of: "complaint",
        name: "refuse",
        who: "handler",
        form: |_| json!({ "reason": "not_wages", "explanation": "经核对合同和付款凭证，所反映的款项为工程款，不是工资。" }),
    },
    Step { of: "complaint", name: "approval.approve", who: "leader", form: |_| json!({ "opinion": "同意。" }) },
    Step { of: "complaint", name: "approval.approve", who: "head", form: |_| json!({ "opinion": "同意。" }) },
];

/// Four requests on the same write path: create, a move, a move, search.
pub const SHORT: [Step; 2] = [
    Step {
        of: "filing", name: "note_progress", who: "desk", form: |_| json!({ "note": "已联系承办部门。", "toldReporter": true })
    },
    Step {
        of: "filing",
        name: "answer",
        who: "desk",
        form: |_| json!({ "code": "arbitration", "answer": "已告知通过仲裁解决。", "method": "phone" }),
    },
];

/// Ends the filing as well.
pub const CLOSE: [Step; 2] = [
    Step {
        of: "filing",
        name: "answer",
        who: "desk",
        form: |_| json!({ "code": "refused", "answer": "依法不予受理，已书面告知理由。", "method": "phone" }),
    },
    Step { of: "filing", name: "confirm", who: "desk", form: |_| json!({ "method": "phone" }) },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::identity::ResidentId;

    #[test]
    fn persons_are_synthetic_and_valid() {
        for n in [0, 1, 996, 997, 27_915, 1_000_000, 9_999_999] {
            let id = resident(n);
            assert!(id.starts_with("379900") && ResidentId::parse(&id).is_ok(), "{n}: {id}");
        }
        assert_ne!(resident(1), resident(2));
    }
}
