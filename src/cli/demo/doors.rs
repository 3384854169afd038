//! What comes in by the workers' and the systems' own doors in the last days: three colleagues who log in and file by
//! telephone, one of them with a photo, messages and a request to withdraw; another city system that pushes clues and
//! is not satisfied with an answer.
//!
//! Owns these few stories. Everything goes through the use cases the doors use; nothing here knows a table.

use super::drive::Year;
use super::people;
use super::reports::{self, Door, Matter, Trade};
use super::rng::Rng;
use crate::app::App;
use crate::app::claimant::Asked;
use crate::app::exchange::partners::NewPartner;
use crate::app::exchange::rounds::{Said, Say};
use crate::app::ids_in;
use crate::app::uploads::NewUpload;
use crate::app::workers::Me;
use crate::app::write::Key;
use crate::base::id::FilingId;
use crate::base::seal::hex;
use crate::base::text::Lang;
use crate::base::{Day, Error, Result, text};
use crate::domain::access::{Actor, DutyKind, Partner};
use crate::domain::intake::{FilingDraft, FilingForm, PartyRole};
use sha2::{Digest, Sha256};
use std::sync::{Arc, PoisonError};

/// Days before the end on which they come.
pub const COME: i64 = 9;
/// Days before the end on which they talk.
pub const TALK: i64 = 5;
/// Reports by these doors are numbered from here, far from the others.
const FROM: u64 = 80_000_001;
/// The telephones of the three, as the guide names them.
pub const PHONES: [&str; 3] = ["19990000001", "19990000002", "19990000003"];

/// Who came, kept until they come again.
#[derive(Debug, Default)]
pub struct Guests {
    workers: Vec<(Me, FilingId)>,
    system: Option<(Partner, Vec<String>)>,
}

/// A picture of a wage note: a real, small JPEG, noise on paper white.
fn photo(rng: &mut Rng) -> Result<Vec<u8>> {
    let mut page = image::RgbImage::from_pixel(480, 640, image::Rgb([244, 240, 230]));
    for line in 0..14 {
        let (y, width) = (60 + line * 38, u32::try_from(rng.range(160, 380)).unwrap_or(200));
        for x in 50..50 + width {
            for dy in 0..u32::try_from(rng.range(1, 4)).unwrap_or(1) {
                page.put_pixel(x, y + dy, image::Rgb([60, 58, 70]));
            }
        }
    }
    let mut out = std::io::Cursor::new(Vec::new());
    page.write_to(&mut out, image::ImageFormat::Jpeg).map_err(|e| Error::Internal(format!("demo photo: {e}")))?;
    Ok(out.into_inner())
}

/// A report in the fields a form has.
fn form(d: &FilingDraft) -> FilingForm {
    let party = |role: PartyRole| d.parties.iter().find(|p| p.role == role).map(|p| p.name.clone()).unwrap_or_default();
    let word = |yes: Option<bool>| yes.map_or_else(String::new, |b| text::zh(if b { "word.yes" } else { "word.no" }).to_owned());
    let day = |d: Option<Day>| d.map_or_else(String::new, |d| d.to_string());
    FilingForm {
        source_number: d.source_number.clone().unwrap_or_default(),
        reporter_name: d.reporter.name.clone(),
        reporter_phone: d.reporter.phone.clone().unwrap_or_default(),
        reporter_id: d.reporter.id.clone().unwrap_or_default(),
        industry: d.industry.clone().unwrap_or_default(),
        project_kind: d.project_kind.clone().unwrap_or_default(),
        project: d.project.clone().unwrap_or_default(),
        respondent: party(PartyRole::Respondent),
        general_contractor: party(PartyRole::GeneralContractor),
        team_leader: party(PartyRole::TeamLeader),
        area: d.area_text.clone().unwrap_or_default(),
        address: d.address.clone().unwrap_or_default(),
        contract_signed: word(d.contract_signed),
        headcount: Some(d.headcount),
        reported_total_fen: Some(d.reported_total.get()),
        period_from: day(d.period_from),
        period_to: day(d.period_to),
        narrative: d.narrative.clone().unwrap_or_default(),
        ..FilingForm::default()
    }
}

async fn log_in(app: &Arc<App>, phone: &str, name: &str) -> Result<Me> {
    let code = app.send_code(phone).await?.ok_or_else(|| Error::Internal("the demo shows its codes".into()))?;
    Ok(app.log_in_by_phone(phone, &code, name, None, "demo", Lang::Zh).await?.me)
}

async fn send_photo(app: &Arc<App>, me: &Me, filing: FilingId, bytes: Vec<u8>) -> Result<()> {
    let sha = |b: &[u8]| hex(&Sha256::digest(b));
    let new = NewUpload {
        case: None,
        filing: Some(filing),
        kind: "photo".into(),
        name: text::zh("demo.photo").to_owned(),
        size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        sha256: sha(&bytes),
    };
    let begun = app.create_upload(&me.actor(), Some(Key::new("demo-photo-0001", "demo", &())?), new).await?;
    for (n, part) in (1..).zip(bytes.chunks(usize::try_from(begun.part_size).unwrap_or(usize::MAX))) {
        app.put_part(&me.actor(), begun.id, n, part.to_vec(), &sha(part)).await?;
    }
    app.finish_upload(&me.actor(), Some(Key::new("demo-photo-0002", "demo", &())?), begun.id).await.map(drop)
}

/// They come: three colleagues file, a fourth leaves a draft, a system pushes two clues.
///
/// # Errors
/// The database, or a door that refuses what it should take.
pub fn come(app: &Arc<App>, year: &Year, day: Day) -> Result<Guests> {
    year.clock.set(day.at(8, 10));
    let at = day.at(8, 0);
    let (drafts, clues, picture, fourth) = {
        let world = &mut *year.world.lock().unwrap_or_else(PoisonError::into_inner);
        let site = Matter { area: "坊子区".into(), trade: Trade::Housing, headcount: 1, door: Door::Phone };
        let first = reports::write(&mut world.rng, &site, FROM, at);
        let mut drafts = vec![first.clone()];
        drafts.extend((1..3).map(|n| reports::colleague(&mut world.rng, &first, FROM + n, at)));
        let road = Matter { area: "寿光市".into(), trade: Trade::Transport, headcount: 6, door: Door::Province };
        let clues: Vec<FilingDraft> = (10..12).map(|n| reports::write(&mut world.rng, &road, FROM + n, at)).collect();
        (drafts, clues, photo(&mut world.rng)?, people::name(&mut world.rng))
    };
    let mut guests = Guests::default();
    year.wait(async {
        for (n, (phone, draft)) in PHONES.iter().zip(&drafts).enumerate() {
            let me = log_in(app, phone, &draft.reporter.name).await?;
            let form = FilingForm { reporter_phone: (*phone).to_owned(), ..form(draft) };
            let key = Key::new(&format!("demo-worker-{n:04}"), "demo", &n)?;
            let filed = app.file(&me, Some(key), &Asked { form, site: None, draft: None }).await?;
            if n == 0 {
                send_photo(app, &me, filed.filing, picture.clone()).await?;
            }
            guests.workers.push((me, filed.filing));
        }
        let me = log_in(app, "19990000004", &fourth).await?;
        let begun = serde_json::json!({ "reporterName": fourth, "area": "昌乐县", "narrative": text::zh("demo.draft") });
        app.keep_draft(&me, ids_in(app, |ids| ids.id(day.at(8, 10))), &begun).await?;
        Ok(())
    })?;
    let bureau = app.config.city.bureau.clone();
    let new = NewPartner {
        code: "szcg".into(),
        name: text::zh("demo.partner").to_owned(),
        channel: clues.first().map(|c| c.channel.clone()).unwrap_or_default(),
        bureau: bureau.clone(),
    };
    let (id, _) = app.create_partner(&Actor::System("demo"), &new)?;
    let partner = Partner { id, code: new.code, channel: new.channel, bureau };
    let forms: Vec<FilingForm> = clues.iter().map(form).collect();
    let numbers = forms.iter().map(|f| f.source_number.clone()).collect();
    let taken = year.wait(app.push_clues(&partner, Key::new("demo-clues-0001", "demo", &())?, forms))?;
    if let Some(bad) = taken.iter().find(|o| o.number.is_none()) {
        return Err(Error::Internal(format!("the demo's clue {} was not taken: {:?}", bad.index, bad.errors)));
    }
    guests.system = Some((partner, numbers));
    Ok(guests)
}

/// They talk: a worker asks and is answered, another wants to withdraw.
///
/// # Errors
/// The database.
pub fn talk(app: &Arc<App>, year: &Year, day: Day, guests: &Guests) -> Result<()> {
    year.clock.set(day.at(8, 5));
    let [(asks, filing), (leaves, other), ..] = guests.workers.as_slice() else { return Ok(()) };
    year.wait(app.write_as_worker(asks, Some(Key::new("demo-words-0001", "demo", &())?), *filing, text::zh("demo.asks")))?;
    let id = *filing;
    let bureau = app.db.read_blocking(move |c| {
        let f = crate::store::filings::get(c, id)?.ok_or(Error::NotFound("filing"))?;
        let case = f.case_id.map(|case| crate::store::cases::get(c, case)).transpose()?.flatten();
        Ok(case.map_or(f.receiving_bureau, |c| c.lead_bureau))
    })?;
    let officer = year.world.lock().unwrap_or_else(PoisonError::into_inner).crew.pick(&bureau, DutyKind::Desk, 0)?;
    year.clock.set(day.at(8, 25));
    year.wait(app.write_as_officer(&officer, Some(Key::new("demo-words-0002", "demo", &())?), *filing, text::zh("demo.answers")))?;
    year.wait(app.ask_withdrawal(leaves, Some(Key::new("demo-leave-0001", "demo", &())?), *other, text::zh("demo.leaves"))).map(drop)
}

/// What was answered meanwhile is judged: the system is not satisfied with one answer, a worker rates.
///
/// # Errors
/// The database.
pub fn judge(app: &Arc<App>, year: &Year, guests: &Guests) -> Result<()> {
    if let Some((partner, numbers)) = &guests.system {
        for number in numbers {
            let said = Said { verdict: Say::Unsatisfied, reason: text::zh("demo.unsatisfied").to_owned(), code: None };
            let key = Key::new("demo-judge-0001", "demo", number)?;
            match year.wait(app.say(partner, key, number, 1, said)) {
                Ok(()) => break,
                // not answered yet: there is nothing to judge
                Err(Error::Refused(_)) => {}
                Err(e) => return Err(e),
            }
        }
    }
    for (n, (me, filing)) in guests.workers.iter().enumerate() {
        let may = year.wait(app.matter(me, *filing))?.can.contains(&"rate");
        if may {
            year.wait(app.rate(me, Some(Key::new(&format!("demo-rate-{n:04}"), "demo", &n)?), *filing, 5, ""))?;
        }
    }
    Ok(())
}
