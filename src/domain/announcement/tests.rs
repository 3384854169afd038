//! What may be published, when a quarter is due, what is shown.

use super::*;

fn content() -> Content {
    Content {
        category: "wages".into(),
        name: "潍坊试验建筑劳务有限公司".into(),
        code: "91370702MA3TEXT0XR".into(),
        address: "潍坊市奎文区试验路1号".into(),
        head: "王试验".into(),
        facts: "该单位拖欠12名劳动者2026年5月至9月的工资共计360000元，经责令限期支付逾期未付。".into(),
        result: "已作出行政处理决定，责令支付。".into(),
    }
}

#[test]
fn what_tells_of_a_person_is_found_in_every_field() {
    let (names, numbers) = (["张三测".to_owned(), "欧阳样本".to_owned()], ["QX-2B3C4-D5E6F".to_owned()]);
    assert_eq!(content().reveals(&names, &numbers), None);
    let told = |words: &str| Content { facts: words.into(), ..content() }.reveals(&names, &numbers).map(|f| f.1);
    for (words, code) in [
        ("拖欠张三测等人工资", "announcement_tells_name"),
        ("欧阳样本反映属实", "announcement_tells_name"),
        ("据张师傅反映", "paper_tells_surname"),
        ("欧阳某等人", "paper_tells_surname"),
        ("身份证379900200302050650", "paper_tells_identity"),
        ("电话138-1234-5678", "paper_tells_identity"),
        ("登记编号qx 2b3c4 d5e6f", "paper_tells_number"),
        ("账号6222020200112233443", "announcement_tells_account"),
        ("账号 6222 0202 0011 2233 443", "announcement_tells_account"),
        ("账号622202０200112233443", "announcement_tells_account"),
        ("对公账户3700123456789012", "announcement_tells_account"),
    ] {
        assert_eq!(told(words), Some(code), "{words}");
    }
    for words in ["统一社会信用代码91370702MA3TEXT0XR", "2026年5月1日至2026年9月30日", "金额360000.00元", "电话0536-8790000"]
    {
        assert_eq!(told(words), None, "{words}");
    }
    let at = |c: Content| c.reveals(&names, &numbers);
    assert_eq!(at(Content { result: "电话13812345678".into(), ..content() }), Some(("result", "paper_tells_identity")));
    assert_eq!(at(Content { address: "张三测家".into(), ..content() }), Some(("address", "announcement_tells_name")));
    assert_eq!(at(Content { head: "379900200302050650".into(), ..content() }), Some(("head", "paper_tells_identity")));
    // the head of the unit may be called like a worker: the field asks for the name
    assert_eq!(at(Content { head: "张三测".into(), ..content() }), None);
}

#[test]
fn a_credit_code_fits_or_it_is_another_number() {
    assert_eq!(unit_code(" 91370702ma3text0xr ").as_deref(), Ok("91370702MA3TEXT0XR"));
    assert!(unit_code("91370702MA3TEXT0XX").is_err(), "its check does not fit");
    assert_eq!(unit_code("370702-600123456").as_deref(), Ok("370702-600123456"));
    assert_eq!(unit_code("3707"), Err("registration_number"));
    assert_eq!(unit_code("没有"), Err("registration_number"));
}

#[test]
fn a_quarter_is_due_at_the_end_of_the_first_month_after_it() {
    let rules = Rules::embedded();
    let d = |y, m, day| Day::ymd(y, m, day).unwrap();
    for (day, quarter, after, due) in [
        (d(2026, 1, 1), "2026Q1", d(2026, 4, 1), d(2026, 4, 30)),
        (d(2026, 6, 30), "2026Q2", d(2026, 7, 1), d(2026, 7, 31)),
        (d(2026, 9, 30), "2026Q3", d(2026, 10, 1), d(2026, 10, 31)),
        (d(2026, 12, 31), "2026Q4", d(2027, 1, 1), d(2027, 1, 31)),
    ] {
        let q = Quarter::of(day);
        assert_eq!((q.to_string().as_str(), q.after(), q.due(&rules)), (quarter, after, due));
        assert_eq!(quarter.parse::<Quarter>(), Ok(q));
        assert_eq!(Quarter::of(q.after()).prev(), q);
    }
    assert!("2026Q5".parse::<Quarter>().is_err() && "26Q1".parse::<Quarter>().is_err() && "Q1".parse::<Quarter>().is_err());
    assert_eq!(Quarter { year: 2026, no: 4 }.title(), "2026年第四季度");
}

#[test]
fn a_batch_binds_every_content_and_no_order() {
    let q = Quarter { year: 2026, no: 4 };
    let one = ("GB-1".to_owned(), content().hash());
    let two = ("GB-2".to_owned(), Content { result: "别的".into(), ..content() }.hash());
    let hash = batch_hash(q, &[one.clone(), two.clone()]);
    assert_eq!(hash, batch_hash(q, &[two.clone(), one.clone()]));
    assert_ne!(hash, batch_hash(q, std::slice::from_ref(&one)));
    assert_ne!(hash, batch_hash(q.prev(), &[one, two]));
    // a word that moves from one field to the next is another content
    let moved =
        Content { facts: format!("{}已", content().facts), result: "作出行政处理决定，责令支付。".into(), ..content() };
    assert_ne!(moved.hash(), content().hash());
}

#[test]
fn what_is_shown_follows_the_order_the_clock_and_the_office() {
    let day = |n| Day::ymd(2026, 12, n).unwrap();
    let at = |n| day(n).at(9, 0);
    let s = Standing {
        ends_on: day(20),
        suspended_at: None,
        withdrawing: false,
        withdrawn_at: None,
        ended_at: None,
        remedy: Some("none"),
        order_gone: false,
    };
    assert_eq!(shown(&s, day(20)), Shown::Content);
    assert_eq!(shown(&s, day(21)), Shown::Ended, "whether or not time has noticed");
    assert_eq!(shown(&Standing { remedy: Some("suit"), ..s }, day(10)), Shown::Content);
    assert_eq!(shown(&Standing { remedy: Some("stayed"), ..s }, day(10)), Shown::Paused);
    assert_eq!(shown(&Standing { remedy: Some("revoked"), ..s }, day(10)), Shown::Withdrawn(day(10)), "at once");
    assert_eq!(shown(&Standing { order_gone: true, ..s }, day(10)), Shown::Withdrawn(day(10)));
    assert_eq!(shown(&Standing { suspended_at: Some(at(9)), ..s }, day(10)), Shown::Paused);
    assert_eq!(shown(&Standing { suspended_at: Some(at(9)), withdrawing: true, ..s }, day(10)), Shown::Withdrawn(day(9)));
    assert_eq!(shown(&Standing { withdrawn_at: Some(at(11)), suspended_at: Some(at(9)), ..s }, day(30)), Shown::Withdrawn(day(11)));
    assert_eq!(shown(&Standing { ended_at: Some(at(11)), ..s }, day(12)), Shown::Ended);
}
