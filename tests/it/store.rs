//! store
use crate::on_both;
use qingxin::store::migrate;
on_both! {
    fn opens(t: &TestDb) {
        let id = t.db.read_blocking(|c| migrate::meta(c, "store_id")).unwrap();
        assert!(id.is_some());
    }
}
