//! The master key is lost, and comes back out of the hands of its custodians.

use super::city::City;
use super::load::Load;
use super::rotation::all_readable;
use super::until;
use crate::on_both;
use crate::tables::count;
use qingxin::base::id::Ids;
use qingxin::base::seal::MasterKey;
use qingxin::store::{journal, keys};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

on_both! {
    fn a_lost_master_key_comes_back_from_three_of_five(t: &TestDb) {
        let dir = t.dir.path();
        // a key file of the test's own, to be lost: on PostgreSQL the suite shares one
        let shared = keys::master_path(t.db.target(), &t.options).unwrap();
        let own = dir.join("own.key");
        std::fs::copy(&shared, &own).unwrap();
        std::fs::set_permissions(&own, std::fs::Permissions::from_mode(0o600)).unwrap();
        let mut city = City::new(dir, &t.url, Some(&own));
        city.serve();
        let load = Load::new(&city);
        load.during(1, || until("something is sealed", || load.book().filings.len() >= 3));
        let out = dir.join("shares");
        let escrow = |shares: &str, threshold: &str, to: &Path, by: &str| -> Vec<String> {
            ["keys", "escrow", "--shares", shares, "--threshold", threshold, "--out", to.to_str().unwrap(), "--by", by].map(str::to_owned).to_vec()
        };
        let refused = |args: Vec<String>| city.refused(&args.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(refused(escrow("5", "1", &out, "city.system")).contains("至少为 2"));
        assert!(refused(escrow("5", "3", &out, "nobody")).contains("nobody"));
        assert!(!out.exists(), "what is refused leaves nothing");
        let args = escrow("5", "3", &out, "city.system");
        let said = city.run(&args.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(refused(args).contains("不是空的"));
        let mut files: Vec<PathBuf> = std::fs::read_dir(&out).unwrap().map(|e| e.unwrap().path()).collect();
        files.sort();
        assert_eq!((files.len(), mode(&out)), (5, 0o700));
        for f in &files {
            let text = std::fs::read_to_string(f).unwrap();
            assert!(mode(f) == 0o600 && text.starts_with("# 清薪主密钥分片：第 ") && text.contains("\nthreshold: 3\n"), "{text}");
        }
        // who, when, which set; never a share
        until("the events have their numbers", || count(&t.db, "select count(*) from events where log_no is null") == 0);
        let event = t.db.read_blocking(|c| journal::page(c, 0, 10_000)).unwrap();
        let event = event.into_iter().find(|e| e.core.kind == "key_escrowed").unwrap();
        let p = &event.core.payload;
        assert!(event.core.actor.is_some() && said.contains(p["set"].as_str().unwrap()), "{event:?}");
        assert_eq!((&p["shares"], &p["threshold"], p.as_object().unwrap().len()), (&5.into(), &3.into(), 4));

        let lost = std::fs::read_to_string(&own).unwrap();
        std::fs::remove_file(&own).unwrap();
        assert!(city.refused(&["doctor"]).contains("own.key"));
        let recover = |files: &[&PathBuf], to: &Path| -> Vec<String> {
            let mut args = vec!["keys".to_owned(), "recover".to_owned()];
            args.extend(files.iter().map(|f| f.display().to_string()));
            args.extend(["--out".to_owned(), to.display().to_string()]);
            args
        };
        let back = dir.join("back.key");
        assert!(refused(recover(&[&files[0], &files[4]], &back)).contains("还差"));
        assert!(refused(recover(&[&files[0], &files[4], &files[4]], &back)).contains("两次"));
        let damaged = dir.join("damaged.txt");
        std::fs::write(&damaged, std::fs::read_to_string(&files[1]).unwrap().replacen("data: ", "data: 0", 1)).unwrap();
        assert!(refused(recover(&[&files[0], &files[4], &damaged], &back)).contains("damaged.txt"));
        // a set of another key: whole in itself, and useless here
        let other = MasterKey::fresh(&mut Ids::system());
        let strange = qingxin::base::seal::escrow::split(&other, 5, 3, crate::support::t0().day(), &mut Ids::system()).unwrap();
        let strange: Vec<PathBuf> = strange.iter().map(|s| {
            let path = dir.join(format!("strange-{}.txt", s.number));
            std::fs::write(&path, s.to_text().as_bytes()).unwrap();
            path
        }).collect();
        assert!(refused(recover(&[&files[0], &files[1], &strange[2]], &back)).contains("不是同一批"));
        assert!(refused(recover(&strange.iter().collect::<Vec<_>>(), &back)).contains("打不开"));
        assert!(!back.exists(), "what is refused leaves nothing");
        let args = recover(&[&files[4], &files[0], &files[2]], &back);
        city.run(&args.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!((std::fs::read_to_string(&back).unwrap(), mode(&back)), (lost, 0o600));
        assert!(refused(args).contains("back.key"), "never overwritten");

        // the program starts with it, and everything is readable
        let again = city.elsewhere(dir, &t.url, Some(&back));
        again.is_well();
        load.agrees_with(&again.app(), 0);
        all_readable(&again.app(), &load.book().filings);
    }
}
