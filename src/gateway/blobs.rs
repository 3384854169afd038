//! Evidence files in an object store.
//!
//! Owns bytes under opaque keys; names, types and hashes are in the database. The store carries the id of the database it
//! belongs to, and a store of another database is refused at start. A file is written whole before its row is committed,
//! so a crash leaves at most bytes without a row (found by `doctor`), never a row without bytes.

use crate::base::{Error, Result};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use std::path::Path;
use std::sync::Arc;

const ID: &str = "store-id";

/// The object store.
#[derive(Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
}
impl std::fmt::Debug for Blobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Blobs")
    }
}

fn broken(e: &object_store::Error) -> Error {
    Error::Unavailable(format!("object store: {e}"))
}

impl Blobs {
    /// A directory, created if missing.
    ///
    /// # Errors
    /// [`Error::Config`] when it cannot be made.
    pub fn directory(dir: &Path) -> Result<Self> {
        let bad = |e: String| Error::Config(format!("证据目录 {} 无法使用：{e}", dir.display()));
        std::fs::create_dir_all(dir).map_err(|e| bad(e.to_string()))?;
        let store = LocalFileSystem::new_with_prefix(dir).map_err(|e| bad(e.to_string()))?.with_automatic_cleanup(true);
        Ok(Self { store: Arc::new(store) })
    }

    /// Marks a new store with the database's id, or checks that it is the same.
    ///
    /// # Errors
    /// [`Error::Config`] when the store belongs to another database.
    pub async fn claim(&self, id: &str) -> Result<()> {
        match self.get(ID).await {
            Ok(found) if found == id.as_bytes() => Ok(()),
            Ok(found) => Err(Error::Config(format!(
                "证据目录属于另一个数据库（{}），不能与本数据库（{id}）混用。请检查 evidence.directory。",
                String::from_utf8_lossy(&found)
            ))),
            Err(Error::NotFound(_)) => self.put(ID, id.as_bytes().to_vec()).await,
            Err(e) => Err(e),
        }
    }

    /// [`Blobs::claim`] for start-up, where no runtime runs yet.
    ///
    /// # Errors
    /// As [`Blobs::claim`].
    pub fn claim_blocking(&self, id: &str) -> Result<()> {
        let (me, id) = (self.clone(), id.to_owned());
        // a thread of its own: the caller may be inside a runtime (tests) or not (commands)
        std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread().build().map_err(|e| Error::Io(format!("runtime: {e}")))?.block_on(me.claim(&id))
        })
        .join()
        .map_err(|_| Error::Internal("the object store could not be claimed".into()))?
    }

    /// Writes a file whole.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<()> {
        self.store.put(&Key::from(key), PutPayload::from(bytes)).await.map(drop).map_err(|e| broken(&e))
    }

    /// Reads a file whole.
    ///
    /// # Errors
    /// [`Error::NotFound`] or [`Error::Unavailable`].
    pub async fn get(&self, key: &str) -> Result<Vec<u8>> {
        let got = self.store.get(&Key::from(key)).await.map_err(|e| match e {
            object_store::Error::NotFound { .. } => Error::NotFound("evidence"),
            e => broken(&e),
        })?;
        Ok(got.bytes().await.map_err(|e| broken(&e))?.to_vec())
    }

    /// Whether a file is there.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn exists(&self, key: &str) -> Result<bool> {
        match self.store.head(&Key::from(key)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(e) => Err(broken(&e)),
        }
    }

    /// Writes a file whole under a key that follows from its content: what is there already is not written again.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn put_once(&self, key: &str, bytes: Vec<u8>) -> Result<()> {
        if self.exists(key).await? { Ok(()) } else { self.put(key, bytes).await }
    }

    /// Removes a file; one that is gone already is no fault.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn delete(&self, key: &str) -> Result<()> {
        match self.store.delete(&Key::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(e) => Err(broken(&e)),
        }
    }

    /// What lies directly under a prefix: the names of folders, and the keys of files.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn under(&self, prefix: &str) -> Result<(Vec<String>, Vec<String>)> {
        let found = self.store.list_with_delimiter(Some(&Key::from(prefix))).await.map_err(|e| broken(&e))?;
        let folders = found.common_prefixes.iter().filter_map(|p| p.filename().map(str::to_owned)).collect();
        Ok((folders, found.objects.into_iter().map(|o| o.location.to_string()).collect()))
    }
}
