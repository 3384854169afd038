//! The master key in the hands of several custodians: any `threshold` of its shares give it back, fewer tell nothing.
//!
//! Owns what a share says, its text (for a file or a sheet of paper, so that a person can type it in again) and when
//! shares are refused. Pure: randomness and the day come in as arguments; the files are the command's.

use super::shamir;
use super::{MasterKey, hex, unhex};
use crate::base::id::{Ids, read_code};
use crate::base::{Day, Error, Result, text};
use sha2::{Digest as _, Sha256};
use std::fmt;
use zeroize::Zeroizing;

/// Most shares of a set: more custodians than that lose track of each other.
pub const MOST: u8 = 32;

/// One custodian's share. Its bytes are wiped from memory when dropped and never shown by `Debug`.
#[derive(Clone)]
pub struct Share {
    /// Names the set; shares of different sets do not fit together.
    pub set: String,
    /// Its number in the set, from 1.
    pub number: u8,
    /// How many shares the set has.
    pub shares: u8,
    /// How many are needed.
    pub threshold: u8,
    /// When the set was made.
    pub made: Day,
    /// Names the master key without telling it.
    pub kid: String,
    bytes: Zeroizing<[u8; 32]>,
}
impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Share({} {}/{})", self.set, self.number, self.shares)
    }
}

fn refused(code: &str, args: &[(&str, &str)]) -> Error {
    Error::Config(text::zh_with(&format!("escrow.{code}"), args))
}

/// Splits the master key into a new set.
///
/// # Errors
/// [`Error::Config`] unless 2 ≤ `threshold` ≤ `shares` ≤ [`MOST`]: with a threshold of one every custodian alone could
/// open everything.
pub fn split(key: &MasterKey, shares: u8, threshold: u8, made: Day, ids: &mut Ids) -> Result<Vec<Share>> {
    if !(2..=shares).contains(&threshold) || shares > MOST {
        return Err(refused("numbers", &[("most", &MOST.to_string())]));
    }
    let (set, kid) = (ids.code("TG"), key.kid());
    let one = |(number, bytes)| Share { set: set.clone(), number, shares, threshold, made, kid: kid.clone(), bytes };
    Ok(shamir::split(key.bytes(), shares, threshold, ids).into_iter().map(one).collect())
}

/// Puts the master key together again.
///
/// # Errors
/// [`Error::Config`] with what to do: shares of different sets, one twice, too few, or a key that is not the one that was
/// split (a share was made up: its own check would have told a slip).
pub fn combine(shares: &[Share]) -> Result<MasterKey> {
    let Some(first) = shares.first() else { return Err(refused("none", &[])) };
    let same =
        |s: &Share| (&s.set, s.shares, s.threshold, s.made, &s.kid) == (&first.set, first.shares, first.threshold, first.made, &first.kid);
    if let Some(other) = shares.iter().find(|s| !same(s)) {
        return Err(refused("sets", &[("one", &first.set), ("other", &other.set)]));
    }
    if let Some((_, s)) = shares.iter().enumerate().find(|(i, s)| shares[..*i].iter().any(|t| t.number == s.number)) {
        return Err(refused("twice", &[("number", &s.number.to_string())]));
    }
    if shares.len() < usize::from(first.threshold) {
        let (need, have) = (first.threshold.to_string(), shares.len().to_string());
        return Err(refused("few", &[("need", &need), ("have", &have)]));
    }
    let points: Vec<shamir::Point> = shares.iter().map(|s| (s.number, s.bytes.clone())).collect();
    let key = shamir::combine(&points).map(MasterKey::from_bytes).filter(|k| k.kid() == first.kid);
    key.ok_or_else(|| refused("wrong", &[("set", &first.set)]))
}

impl Share {
    /// Everything it says, in one line: what its check is made of.
    fn check(&self) -> Zeroizing<String> {
        let said = Zeroizing::new(format!(
            "qingxin/escrow/1|{}|{}|{}|{}|{}|{}|{}",
            self.set,
            self.number,
            self.shares,
            self.threshold,
            self.made,
            self.kid,
            hex(self.bytes.as_slice())
        ));
        Zeroizing::new(hex(&Sha256::digest(said.as_bytes())[..8]))
    }

    /// The text for its custodian: a sheet that can be printed and typed in again.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let [number, shares, threshold] = [self.number, self.shares, self.threshold].map(|n| n.to_string());
        let told = text::zh_with("escrow.sheet", &[("number", &number), ("shares", &shares), ("threshold", &threshold)]);
        let bytes = Zeroizing::new(hex(self.bytes.as_slice()));
        let mut groups = Zeroizing::new(String::new());
        for (i, c) in bytes.chars().enumerate() {
            if i > 0 && i % 4 == 0 {
                groups.push(' ');
            }
            groups.push(c);
        }
        Zeroizing::new(format!(
            "# {told}\n# {}\nqingxin-escrow: 1\nset: {}\nshare: {number}\nshares: {shares}\nthreshold: {threshold}\nmade: {}\nkey: {}\ndata: {}\ncheck: {}\n",
            text::zh("escrow.custodian"),
            self.set,
            self.made,
            self.kid,
            *groups,
            *self.check()
        ))
    }

    /// Reads a share, from its file or as a person typed it in: blanks, case and the order of lines do not matter.
    /// `name` is the file, for the operator.
    ///
    /// # Errors
    /// [`Error::Config`] naming the file when a line is missing or anything was changed.
    pub fn parse(name: &str, text: &str) -> Result<Self> {
        let damaged = || refused("damaged", &[("file", name)]);
        let line = |key: &str| {
            let mut found = text.lines().filter_map(|l| l.split_once(':')).filter(|(k, _)| k.trim().eq_ignore_ascii_case(key));
            let value = found.next().map(|(_, v)| v.trim());
            // said twice, nobody knows which was meant
            value.filter(|_| found.next().is_none()).ok_or_else(damaged)
        };
        let number = |key: &str| line(key)?.parse::<u8>().map_err(|_| damaged());
        let close = |key: &str| Ok::<_, Error>(Zeroizing::new(line(key)?.split_whitespace().collect::<String>().to_lowercase()));
        if line("qingxin-escrow")? != "1" {
            return Err(refused("newer", &[("file", name)]));
        }
        let share = Self {
            set: read_code(line("set")?).ok_or_else(damaged)?,
            number: number("share")?,
            shares: number("shares")?,
            threshold: number("threshold")?,
            made: line("made")?.parse().map_err(|_| damaged())?,
            kid: line("key")?.to_lowercase(),
            bytes: unhex(&close("data")?).map(Zeroizing::new).ok_or_else(damaged)?,
        };
        let sound = (1..=share.shares).contains(&share.number) && (2..=share.shares).contains(&share.threshold);
        if !sound || *share.check() != *close("check")? {
            return Err(damaged());
        }
        Ok(share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day() -> Day {
        Day::ymd(2026, 11, 23).unwrap()
    }
    fn set(shares: u8, threshold: u8, seed: &[u8]) -> (MasterKey, Vec<Share>) {
        let mut ids = Ids::seeded(seed);
        let key = MasterKey::fresh(&mut ids);
        let all = split(&key, shares, threshold, day(), &mut ids).unwrap();
        (key, all)
    }
    fn says(r: Result<MasterKey>, word: &str) -> bool {
        matches!(r, Err(Error::Config(s)) if s.contains(word))
    }

    #[test]
    fn any_three_of_five_sheets_give_the_key() {
        let (key, all) = set(5, 3, b"a");
        let read: Vec<Share> = all.iter().map(|s| Share::parse("x", &s.to_text()).unwrap()).collect();
        for a in 0..5 {
            for b in a + 1..5 {
                for c in b + 1..5 {
                    let some = [read[c].clone(), read[a].clone(), read[b].clone()];
                    assert_eq!(combine(&some).unwrap().to_text(), key.to_text());
                }
            }
        }
        assert_eq!(combine(&read).unwrap().to_text(), key.to_text());
    }

    #[test]
    fn what_does_not_fit_is_refused_with_what_to_do() {
        let ((_, all), (_, strange)) = (set(5, 3, b"a"), set(5, 3, b"b"));
        assert!(says(combine(&[]), "分片"));
        assert!(says(combine(&all[..2]), "还差"));
        assert!(says(combine(&[all[0].clone(), all[1].clone(), all[1].clone()]), "第 2 份"));
        assert!(says(combine(&[all[0].clone(), all[1].clone(), strange[2].clone()]), &strange[2].set));
        let mut forged = all.clone();
        forged[1].bytes = strange[1].bytes.clone();
        assert!(says(combine(&forged), "不是"));
        for (shares, threshold) in [(5, 1), (2, 3), (33, 3), (1, 1), (0, 0)] {
            assert!(split(&MasterKey::fresh(&mut Ids::seeded(b"c")), shares, threshold, day(), &mut Ids::seeded(b"c")).is_err());
        }
    }

    #[test]
    fn a_sheet_typed_in_again_is_read_and_a_slip_is_noticed() {
        let (_, all) = set(5, 3, b"a");
        let text = all[1].to_text().to_string();
        assert!(text.starts_with("# 清薪") && text.contains("第 2 份") && text.contains("made: 2026-11-23\n"), "{text}");
        let typed = text.to_uppercase().replace(' ', "  ").replace('\n', "\r\n");
        let typed = typed.lines().filter(|l| !l.starts_with('#')).rev().collect::<Vec<_>>().join("\r\n");
        assert_eq!(*Share::parse("x", &typed).unwrap().bytes, *all[1].bytes);
        // every character that says something, changed
        let body = text.find("qingxin-escrow").unwrap();
        for (i, c) in text.char_indices().filter(|(i, c)| *i >= body && !c.is_whitespace()) {
            let other = if c == '7' { '8' } else { '7' };
            let wrong: String = text.char_indices().map(|(j, d)| if j == i { other } else { d }).collect();
            assert!(Share::parse("第二份.txt", &wrong).is_err_and(|e| e.to_string().contains("第二份.txt")), "{i} {c}");
        }
        assert!(Share::parse("x", &format!("{text}share: 2\n")).is_err());
        assert!(!format!("{:?}", all[1]).contains(&hex(all[1].bytes.as_slice())[..8]));
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "(set: |share: |data: |check: |qingxin-escrow: 1\n|TG-|[0-9a-f ]{0,70}|\n|.){0,30}") {
            prop_assert!(Share::parse("x", &text).is_err());
        }
    }
}
