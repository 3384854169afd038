//! All papers × samples × copies.

use super::*;

fn limitation() -> Limitation {
    Limitation::arbitration(&Rules::embedded(), "2026-11-07".parse().expect("a day")).expect("the rule is in force")
}

fn pages(s: &Sample, copy: Copy) -> Vec<(String, Result<String>)> {
    let mut out = vec![
        ("receipt".to_owned(), receipt(&s.receipt, copy)),
        ("refusal".to_owned(), refusal(&s.refusal, copy)),
        ("approval".to_owned(), approval(&s.approval, copy)),
    ];
    out.extend(s.transfers.iter().map(|t| (format!("{:?}", t.kind), transfer(t, copy))));
    out
}

#[test]
fn every_paper_renders_with_every_sample() {
    for s in samples(&limitation()) {
        for copy in [Copy::Claimant, Copy::Receiver, Copy::File] {
            for (paper, page) in pages(&s, copy) {
                let page = page.unwrap_or_else(|e| panic!("{} {paper}: {e}", s.name));
                let what = format!("{} {paper}", s.name);
                assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"), "{what}");
                for outside in ["http:", "https:", "src=", "<link", "<script", "url(", "@import", "<b>&", "None", "Some("] {
                    assert!(!page.contains(outside), "{what} holds {outside}");
                }
                assert!(page.contains("@page") && page.contains("A4"), "{what}");
                assert!(page.contains(&s.receipt.head.authority), "{what}");
                assert_eq!(page.contains("〔2026〕第12号"), s.name != "emptiest", "{what}");
                assert_eq!(page.contains("草稿"), s.name == "emptiest", "{what}");
                assert_eq!(page.contains("（印章）"), paper != "approval", "{what}: the slot of the seal");
                assert_eq!(page.contains("不具有法律效力"), s.name == "longest", "{what}");
                assert!(!page.contains("：。") && !page.contains("。。") && !page.contains("，，"), "{what}");
            }
        }
    }
}

#[test]
fn receipt_proves_the_day_and_says_what_to_expect() {
    let s = &samples(&limitation())[0];
    let page = receipt(&s.receipt, Copy::Claimant).expect("renders");
    for text in [
        "金贵：",
        "2026年11月7日",
        "仲裁的时效期间为一年",
        "中断",
        "劳动争议调解仲裁法》第二十七条",
        "2027年1月4日（暂定",
        "195,176.63元（大写：壹拾玖万伍仟壹佰柒拾陆元陆角叁分）",
        "2026年11月9日",
        "若干规定》第十八条",
    ] {
        assert!(page.contains(text), "the receipt lacks {text}");
    }
}

#[test]
fn arbitration_prints_the_limit_and_transfer_keeps_the_first_day() {
    for s in samples(&limitation()) {
        for t in &s.transfers {
            let page = transfer(t, Copy::Receiver).expect("renders");
            if t.kind == TransferKind::Arbitration {
                assert!(page.contains("时效期间为<strong>一年</strong>") && page.contains("自终止之日起一年内"), "{}", s.name);
            } else {
                assert!(page.contains("首次收到日期不因") && page.contains("2026年11月7日"), "{}", s.name);
            }
        }
    }
}

#[test]
fn refusal_states_reason_article_and_remedies() {
    let s = &samples(&limitation())[0];
    let page = refusal(&s.refusal, Copy::Claimant).expect("renders");
    for text in ["已超过查处期限", "第十八条", "六十日内向潍坊市奎文区人民政府申请行政复议", "提起行政诉讼"]
    {
        assert!(page.contains(text), "the refusal lacks {text}");
    }
}

#[test]
fn the_employers_copy_never_identifies_a_complainant() {
    for s in samples(&limitation()) {
        for (paper, page) in pages(&s, Copy::Employer) {
            match (paper.as_str(), page) {
                ("Referral" | "Transfer", Ok(page)) => {
                    let escaped = s
                        .receipt
                        .matter
                        .claimant
                        .replace('&', "&#38;")
                        .replace('<', "&#60;")
                        .replace('>', "&#62;")
                        .replace('"', "&#34;")
                        .replace('\'', "&#39;");
                    let number = s.receipt.matter.amount_text();
                    for secret in [
                        s.receipt.matter.claimant.as_str(),
                        &escaped,
                        "工友甲",
                        "TS-7K3M9-PQR2X",
                        "考勤",
                        "证据材料",
                        "2026年11月7日",
                        "2025年10月",
                        &number,
                    ] {
                        assert!(!page.contains(secret), "{} {paper} tells {secret}", s.name);
                    }
                    assert!(page.contains("送用人单位") && page.contains(&s.receipt.matter.respondent), "{}", s.name);
                }
                ("Referral" | "Transfer", Err(e)) => panic!("{} {paper}: {e}", s.name),
                (_, page) => assert!(matches!(&page, Err(Error::Refused(r)) if r.code == "no_employer_copy"), "{} {paper}", s.name),
            }
        }
    }
}

#[test]
fn long_texts_and_marks_stay_inside_their_page() {
    let s = &samples(&limitation())[1];
    for (paper, page) in pages(s, Copy::File) {
        let page = page.expect("renders");
        assert!(page.contains("overflow-wrap: anywhere") && page.contains("table-layout: fixed"), "{paper}");
        assert!(page.contains("&#60;b&#62;&#38;"), "{paper}: marks are escaped");
    }
}

#[test]
fn amounts_are_grouped() {
    assert_eq!(yuan(Fen::new(0)), "0.00元");
    assert_eq!(yuan(Fen::new(100_000)), "1,000.00元");
    assert_eq!(yuan(Fen::new(-123_456_789)), "-1,234,567.89元");
}
