//! The draw by another hand, and its properties.

use super::allocate::allocate;
use super::estimate::{Answers, Confidence, sample_size, share, total};
use super::publication::{FORMAT, PickLine, Publication, StratumLine, check};
use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn plan(per_mille: u32, per_stratum: u32) -> Plan {
    Plan { per_mille, least: 0, most: 100_000, per_stratum, unproved_weight: 3, reserve: 2, strata: By::ALL.to_vec() }
}
fn stratum(n: u64, unproved: bool) -> Stratum {
    Stratum { bureau: format!("b{n}"), area: "370705".into(), conclusion: "paid_in_full".into(), officer: String::new(), unproved }
}
fn row(n: u64) -> Code {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&n.to_be_bytes());
    code(b"salt", &id)
}

/// A published draw over `n` rows in three strata, made straight from the definition: sort everything, take the first.
fn published(n: u64) -> Publication {
    let plan = plan(100, 1);
    let mut rows: Vec<(Code, Stratum)> = (0..n).map(|i| (row(i), stratum(i % 3, i % 3 == 0))).collect();
    rows.sort();
    let frame: Vec<String> = rows.iter().map(|(c, s)| format!("{},{}", String::from_utf8_lossy(&code_text(c)), s.line())).collect();
    let root = naive_root(&frame);
    let seed = seed("5ec2e7", &root, "07 11 19 22 28 33 09");
    let mut groups: BTreeMap<Stratum, Vec<(String, String)>> = BTreeMap::new();
    for (line, (_, s)) in frame.iter().zip(&rows) {
        let code = line.split(',').next().unwrap_or_default().to_owned();
        let rank = hex(&Sha256::digest(format!("{seed}:{code}").as_bytes()));
        groups.entry(s.clone()).or_default().push((rank, code));
    }
    let sizes: Vec<(Stratum, u64)> = groups.iter().map(|(s, g)| (s.clone(), g.len() as u64)).collect();
    let shares = allocate(&plan, &sizes);
    let mut picks = Vec::new();
    for (no, ((_, g), k)) in groups.iter_mut().zip(&shares).enumerate() {
        g.sort();
        for (i, (rank, code)) in g.iter().take(usize::try_from(k * 3).unwrap()).enumerate() {
            let place = i as u64 + 1;
            let (code, rank) = (code.clone(), rank.clone());
            picks.push(PickLine { stratum: no, place, code, rank, called: place <= *k, replaces: None, unreachable: false });
        }
    }
    let strata = sizes.iter().zip(&shares).map(|((s, n), k)| StratumLine { line: s.line(), size: *n, sample: *k }).collect();
    let at = |d: u32, h: u32| Day::ymd(2026, 11, d).unwrap().at(h, 0);
    // printf '%s\n%s' 5ec2e7 'CQ-1|370700|2026-10-01|2026-10-31|100|0|100000|1|3|2|bureau+area+conclusion+officer|双色球' | sha256sum
    let bound = "5ec2e7\nCQ-1|370700|2026-10-01|2026-10-31|100|0|100000|1|3|2|bureau+area+conclusion+officer|双色球";
    Publication {
        format: FORMAT.into(),
        number: "CQ-1".into(),
        area: "370700".into(),
        from: Day::ymd(2026, 10, 1).unwrap(),
        to: Day::ymd(2026, 10, 31).unwrap(),
        plan,
        announced_at: at(2, 9),
        commitment: hex(&Sha256::digest(bound.as_bytes())),
        public_plan: "双色球".into(),
        frozen_at: Some(at(5, 9)),
        rows: n,
        left_out: 0,
        root: Some(root),
        value: Some("07 11 19 22 28 33 09".into()),
        value_source: None,
        value_at: Some(at(6, 21)),
        drawn_at: Some(at(7, 9)),
        closed_at: Some(at(20, 9)),
        abandoned_at: None,
        abandoned_why: None,
        siblings: Vec::new(),
        secret: Some("5ec2e7".into()),
        strata,
        picks,
        frame,
    }
}

/// The tree of RFC 6962 as its definition reads: split at the largest power of two below.
fn naive_root(lines: &[String]) -> String {
    fn of(leaves: &[[u8; 32]]) -> [u8; 32] {
        if let [one] = leaves {
            return *one;
        }
        let mut k = 1;
        while k * 2 < leaves.len() {
            k *= 2;
        }
        let (l, r) = leaves.split_at(k);
        Sha256::new().chain_update([1]).chain_update(of(l)).chain_update(of(r)).finalize().into()
    }
    let leaf = |l: &String| Sha256::new().chain_update([0]).chain_update(Sha256::digest(l.as_bytes())).finalize().into();
    let leaves: Vec<[u8; 32]> = lines.iter().map(leaf).collect();
    hex(&of(&leaves))
}

#[test]
fn a_tree_made_of_parts_is_the_tree_of_its_rows() {
    let size = u64::try_from(BLOCK).unwrap();
    for n in [0, 1, 5, size - 1, size, size + 1, 2 * size, 3 * size + 7] {
        let (mut whole, mut joined) = (Root::default(), Root::default());
        let rows: Vec<Code> = (0..n).map(row).collect();
        rows.iter().for_each(|c| whole.push(c, "x"));
        for part in rows.chunks(BLOCK) {
            let mut own = Root::default();
            part.iter().for_each(|c| own.push(c, "x"));
            joined.join(own);
        }
        assert_eq!((joined.rows(), joined.text()), (whole.rows(), whole.text()), "{n} rows");
    }
}

#[test]
fn what_another_hand_drew_is_found_sound_and_every_tampering_is_found() {
    for n in [1, 2, 3, 64, 257] {
        let p = published(n);
        let c = check(&p);
        assert!(c.sound(), "{n}: {:?}", c.broken);
        assert_eq!(c.held, ["times", "frame", "root", "commitment", "value", "strata", "draw", "replacements"]);
    }
    let good = published(257);
    let broken = |f: &dyn Fn(&mut Publication)| {
        let mut p = good.clone();
        f(&mut p);
        check(&p).broken.into_iter().map(|b| b.0).collect::<Vec<_>>()
    };
    assert!(broken(&|p| p.frame.swap(0, 1)).contains(&"frame"));
    assert!(broken(&|p| drop(p.frame.pop())).contains(&"root"));
    assert!(broken(&|p| p.frame[9] = p.frame[9].replace("paid_in_full", "no_arrears")).contains(&"root"));
    assert!(broken(&|p| p.secret = Some("other".into())).contains(&"commitment"));
    assert!(broken(&|p| p.value = Some("08".into())).contains(&"draw"));
    assert!(broken(&|p| p.picks[0].code = p.picks[1].code.clone()).contains(&"draw"));
    assert!(broken(&|p| p.plan.per_mille = 200).contains(&"strata"));
    assert!(broken(&|p| p.strata[0].sample += 1).contains(&"strata"));
    // what was announced cannot be told otherwise afterwards
    assert!(broken(&|p| p.public_plan = "另一期".into()).contains(&"commitment"));
    assert!(broken(&|p| p.from = p.from.plus(-30)).contains(&"commitment"));
    assert!(broken(&|p| p.plan.reserve = 1).contains(&"commitment"));
    assert!(broken(&|p| p.value = Some("07,11,19,22,28,33,09".into())).contains(&"value"));
    // the value was known before the frame froze; the frame froze within the period
    assert_eq!(broken(&|p| p.value_at = p.frozen_at), ["times"]);
    assert_eq!(broken(&|p| (p.announced_at, p.frozen_at) = (p.from.start(), Some(p.to.start()))), ["times"]);
    // one taken for another that was reached, and two for the same
    let taken = |p: &mut Publication, unreachable: bool, twice: bool| {
        let sample = p.strata[0].sample;
        for k in p.picks.iter_mut().filter(|k| k.stratum == 0) {
            k.unreachable = unreachable && k.place == 1;
            if k.place == sample + 1 || twice && k.place == sample + 2 {
                (k.called, k.replaces) = (true, Some(1));
            }
        }
    };
    assert!(broken(&|p| taken(p, true, false)).is_empty());
    assert_eq!(broken(&|p| taken(p, false, false)), ["replacements"]);
    assert_eq!(broken(&|p| taken(p, true, true)), ["replacements"]);
    // the second of the reserve taken before the first
    let second = good.strata[0].sample + 2;
    assert_eq!(
        broken(&|p| {
            for k in p.picks.iter_mut().filter(|k| k.stratum == 0 && k.place == second) {
                (k.called, k.replaces) = (true, Some(1));
            }
        }),
        ["replacements"]
    );
    let hidden = Publication { secret: None, picks: Vec::new(), strata: Vec::new(), ..good };
    let c = check(&hidden);
    assert!(c.sound() && c.open == ["commitment", "draw"], "a draw that is not closed says only what can be said");
}

#[test]
fn every_row_is_drawn_equally_often() {
    // 400 seeds, fixed; 20 of 200 rows each: every row 40 times on the average
    let rows: Vec<Code> = (0..200).map(row).collect();
    let mut count = vec![0_u32; rows.len()];
    for s in 0..400_u32 {
        let seed = seed("secret", "root", &s.to_string());
        let mut urn = Urn::new([20]);
        for (i, c) in rows.iter().enumerate() {
            urn.offer(&seed, 0, *c, i);
        }
        for (_, _, i) in urn.drawn().remove(0) {
            count[i] += 1;
        }
    }
    assert_eq!(count.iter().sum::<u32>(), 8_000);
    let (expected, free) = (40.0, 199.0_f64);
    // drawn without replacement: the spread is (1 − 20/200) of what chance alone would give
    let chi: f64 = count.iter().map(|n| (f64::from(*n) - expected).powi(2) / (expected * 0.9)).sum();
    // mean 199, standard deviation √398 ≈ 20: outside four of them no honest urn is found
    assert!((chi - free).abs() < 4.0 * (2.0 * free).sqrt(), "chi-square {chi}");
}

#[test]
fn intervals_and_sizes_are_those_of_the_books() {
    // Wilson's interval of 8 in 10 without an end in sight: 0.4902–0.9433
    let s = share(Answers { size: 1_000_000_000, answers: 10, hits: 8 }, Confidence::NinetyFive).unwrap();
    assert_eq!((s.per_myriad, s.low, s.high), (8_000, 4_902, 9_433));
    let none = share(Answers { size: 1_000_000_000, answers: 10, hits: 0 }, Confidence::NinetyFive).unwrap();
    assert_eq!((none.per_myriad, none.low, none.high), (0, 0, 2_775));
    let all = share(Answers { size: 10, answers: 10, hits: 8 }, Confidence::NinetyFive).unwrap();
    assert_eq!((all.low, all.high), (8_000, 8_000), "everybody was asked");
    assert_eq!(share(Answers { size: 10, answers: 0, hits: 0 }, Confidence::NinetyFive), None);
    // Cochran with the correction: the numbers every table prints
    for (population, wanted) in [(100, 80), (500, 218), (1_000, 278), (10_000, 370), (1_000_000_000, 385)] {
        assert_eq!(sample_size(population, 5_000, 500, Confidence::NinetyFive, 10_000), wanted, "{population}");
    }
    assert_eq!(sample_size(1_000, 5_000, 500, Confidence::NinetyFive, 5_000), 556, "half of those asked answer");
    assert_eq!(sample_size(40, 5_000, 500, Confidence::NinetyNine, 1_000), 40, "nobody is asked twice");
    let two = [Answers { size: 900, answers: 30, hits: 3 }, Answers { size: 100, answers: 20, hits: 10 }];
    let t = total(&two, Confidence::NinetyFive).unwrap();
    assert_eq!(t.per_myriad, 1_400, "0.9 × 10 % + 0.1 × 50 %");
    assert!(t.low < 1_400 && t.high > 1_400 && t.high < 3_500, "{t:?}");
}

#[test]
fn a_public_value_has_one_form() {
    for told in ["07 11 19 + 3F", "07,11,19,3f", "  07-11-19 / 3f。"] {
        assert_eq!(public_value(told), "07 11 19 3f");
    }
}

#[test]
fn nothing_of_a_period_is_written_down_past_its_frame() {
    let law = crate::law::Law::embedded();
    let day = Day::ymd(2026, 11, 23).unwrap();
    let settle = law.rules.term("draw.settle", day).unwrap();
    assert!(i64::from(settle.n) >= law.rules.number("engine.backdate_limit", day).unwrap());
}

#[test]
fn codes_and_strata_read_back() {
    let c = row(7);
    let text = String::from_utf8(code_text(&c).to_vec()).unwrap();
    assert_eq!(read_code(&text), Some(c));
    assert_eq!(read_code(&text.to_uppercase()), None);
    assert_eq!(read_code("xyz"), None);
    let s = stratum(4, true);
    assert_eq!(Stratum::read(&s.line()), Some(s));
    assert_eq!(Stratum::read("a,b,c,d,maybe"), None);
}

proptest! {
    #[test]
    fn the_order_of_the_frame_makes_no_difference(n in 1_u64..200, keep in 1_u64..30, turn in 0_usize..200) {
        let rows: Vec<u64> = (0..n).collect();
        let drawn = |rows: &[u64]| {
            let mut urn = Urn::new([keep]);
            for i in rows {
                urn.offer("seed", 0, row(*i), *i);
            }
            urn.drawn().remove(0).into_iter().map(|d| d.2).collect::<Vec<_>>()
        };
        let mut other = rows.clone();
        other.rotate_left(turn % rows.len());
        other.reverse();
        prop_assert_eq!(drawn(&rows), drawn(&other));
    }

    #[test]
    fn more_replacements_never_change_the_earlier_ones(n in 1_u64..200, keep in 1_u64..30, more in 1_u64..30) {
        let drawn = |keep| {
            let mut urn = Urn::new([keep]);
            for i in 0..n {
                urn.offer("seed", 0, row(i), i);
            }
            urn.drawn().remove(0).into_iter().map(|d| d.2).collect::<Vec<_>>()
        };
        let (few, many) = (drawn(keep), drawn(keep + more));
        prop_assert_eq!(&many[..few.len()], &few[..]);
    }

    #[test]
    fn a_sample_is_shared_out_whole_and_never_beyond_a_stratum(
        sizes in prop::collection::vec((0_u64..500, any::<bool>()), 1..12), per_mille in 0_u32..1000, each in 0_u32..4,
    ) {
        let strata: Vec<(Stratum, u64)> = sizes.iter().enumerate().map(|(i, (n, u))| (stratum(i as u64, *u), *n)).collect();
        let rows = strata.iter().map(|s| s.1).sum();
        let p = plan(per_mille, each);
        let shares = allocate(&p, &strata);
        prop_assert_eq!(shares.iter().sum::<u64>(), p.size(rows));
        for (k, (_, n)) in shares.iter().zip(&strata) {
            prop_assert!(k <= n);
        }
        let more = allocate(&plan(per_mille + 1, each), &strata);
        prop_assert!(shares.iter().zip(&more).all(|(a, b)| a <= b), "a larger sample takes nothing away");
    }
}
