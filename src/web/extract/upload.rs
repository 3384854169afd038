//! A form with one file, or with one in each of its file fields: `multipart/form-data`, read into memory up to the route's limit.

use super::super::Failure;
use super::params::Params;
use crate::base::{Error, text};
use axum::body::Bytes;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;

const MOST_FIELDS: usize = 50;
const LONGEST_FIELD: usize = 64 * 1024;
const LONGEST_NAME: usize = 120;

/// The file as it came. The declared type is a claim: who stores it looks at the bytes.
#[derive(Debug, Clone)]
pub struct UploadedFile {
    /// The field it came in.
    pub field: String,
    /// Its name without any path, cleaned, at most 120 characters; never empty.
    pub name: String,
    /// The type the sender claims.
    pub claimed_type: String,
    /// The content.
    pub bytes: Bytes,
}

/// The fields of the form and its file, if one was chosen.
#[derive(Debug)]
pub struct Upload {
    /// The other fields.
    pub params: Params,
    /// The file; an empty file input is `None`.
    pub file: Option<UploadedFile>,
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Failure;
    async fn from_request(req: Request, state: &S) -> Result<Self, Failure> {
        let (params, mut files) = read(req, state, |all, _| all.is_empty(), "one_file").await?;
        Ok(Self { params, file: files.pop() })
    }
}

/// The fields of a form with several files, one in each file field.
#[derive(Debug)]
pub struct Files {
    /// The other fields.
    pub params: Params,
    /// The files; an empty file input is none.
    pub files: Vec<UploadedFile>,
}

/// Files a form may carry.
const MOST_FILES: usize = 8;

/// Photos a form of the workers' pages may carry.
const MOST_PHOTOS: usize = 20;

impl<S: Send + Sync> FromRequest<S> for Files {
    type Rejection = Failure;
    async fn from_request(req: Request, state: &S) -> Result<Self, Failure> {
        let fits = |all: &[UploadedFile], f: &UploadedFile| all.len() < MOST_FILES && all.iter().all(|x| x.field != f.field);
        let (params, files) = read(req, state, fits, "one_file").await?;
        Ok(Self { params, files })
    }
}

/// The fields of a form with any number of files in each file field, as an album gives them.
#[derive(Debug)]
pub struct Photos {
    /// The other fields.
    pub params: Params,
    /// The files in their order; an empty file input is none.
    pub files: Vec<UploadedFile>,
}
impl<S: Send + Sync> FromRequest<S> for Photos {
    type Rejection = Failure;
    async fn from_request(req: Request, state: &S) -> Result<Self, Failure> {
        let (params, files) = read(req, state, |all, _| all.len() < MOST_PHOTOS, "too_many_photos").await?;
        Ok(Self { params, files })
    }
}

async fn read<S: Send + Sync>(
    req: Request,
    state: &S,
    fits: impl Fn(&[UploadedFile], &UploadedFile) -> bool,
    why: &str,
) -> Result<(Params, Vec<UploadedFile>), Failure> {
    let kind = req.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !kind.to_ascii_lowercase().starts_with("multipart/form-data") {
        return Err(Failure::unsupported_media_type());
    }
    let mut parts = Multipart::from_request(req, state).await.map_err(|_| malformed())?;
    let (mut pairs, mut files) = (Vec::new(), Vec::<UploadedFile>::new());
    while let Some(field) = parts.next_field().await.map_err(|e| of_multipart(&e))? {
        if pairs.len() >= MOST_FIELDS {
            return Err(Error::TooLarge(text::zh("web.limit.fields").to_owned()).into());
        }
        match one(field).await? {
            Part::Text(k, v) => pairs.push((k, v)),
            Part::File(f) if f.bytes.is_empty() && f.name == EMPTY => {}
            Part::File(f) if !fits(&files, &f) => return Err(Error::field(&format!("/{}", f.field), why, &[]).into()),
            Part::File(f) => files.push(f),
        }
    }
    Ok((Params::of_form(pairs), files))
}

enum Part {
    Text(String, String),
    File(UploadedFile),
}
const EMPTY: &str = "file";

async fn one(field: Field<'_>) -> Result<Part, Failure> {
    let name = field.name().unwrap_or_default().to_owned();
    if name.is_empty() || name.len() > 100 {
        return Err(malformed());
    }
    let file_name = field.file_name().map(clean_name);
    let claimed_type = field.content_type().unwrap_or("application/octet-stream").chars().take(100).collect();
    let bytes = field.bytes().await.map_err(|e| of_multipart(&e))?;
    if let Some(file_name) = file_name {
        return Ok(Part::File(UploadedFile { field: name, name: file_name, claimed_type, bytes }));
    }
    if bytes.len() > LONGEST_FIELD {
        return Err(Error::TooLarge(text::zh("web.limit.body").to_owned()).into());
    }
    String::from_utf8(bytes.to_vec()).map(|v| Part::Text(name, v)).map_err(|_| malformed())
}

/// The last component of whatever path the browser sent, without control or direction characters.
fn clean_name(raw: &str) -> String {
    let last = raw.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last
        .chars()
        .filter(|c| !c.is_control() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        .collect();
    let clean = text::tidy(&clean);
    let n = clean.chars().count();
    let short: String = clean.chars().skip(n.saturating_sub(LONGEST_NAME)).collect();
    let short = short.trim_start_matches('.').to_owned();
    if short.is_empty() { EMPTY.to_owned() } else { short }
}

fn malformed() -> Failure {
    Error::Malformed(text::zh("web.detail.form").to_owned()).into()
}
fn of_multipart(e: &MultipartError) -> Failure {
    if e.status() == StatusCode::PAYLOAD_TOO_LARGE { Failure::of_status(StatusCode::PAYLOAD_TOO_LARGE) } else { malformed() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    async fn send(body: &str) -> Result<Upload, Failure> {
        let req = axum::http::Request::builder()
            .method("POST")
            .header("content-type", "multipart/form-data; boundary=B")
            .body(Body::from(body.replace('\n', "\r\n")))
            .unwrap();
        Upload::from_request(req, &()).await
    }
    fn file(field: &str, name: &str, content: &str) -> String {
        format!("--B\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\nContent-Type: text/plain\n\n{content}\n")
    }

    #[tokio::test]
    async fn a_file_and_its_fields_are_read() {
        let body = format!("--B\nContent-Disposition: form-data; name=\"kind\"\n\n工资条\n{}--B--\n", file("file", "a.txt", "hello"));
        let mut u = send(&body).await.unwrap();
        assert_eq!(u.params.text("kind", 10).as_deref(), Some("工资条"));
        let f = u.file.unwrap();
        assert_eq!((f.name.as_str(), &f.bytes[..]), ("a.txt", &b"hello"[..]));
    }

    #[tokio::test]
    async fn two_files_are_refused_and_none_is_none() {
        let two = format!("{}{}--B--\n", file("file", "a.txt", "x"), file("file", "b.txt", "y"));
        assert_eq!(send(&two).await.unwrap_err().fields()[0].code, "one_file");
        assert!(send(&format!("{}--B--\n", file("file", "", ""))).await.unwrap().file.is_none());
    }

    #[tokio::test]
    async fn each_file_field_holds_one_file() {
        let read = |body: String| async move {
            let req = axum::http::Request::builder().method("POST").header("content-type", "multipart/form-data; boundary=B");
            Files::from_request(req.body(Body::from(body.replace('\n', "\r\n"))).unwrap(), &()).await
        };
        let two = format!("{}{}{}--B--\n", file("a", "a.txt", "x"), file("b", "b.txt", "y"), file("c", "", ""));
        let got = read(two).await.unwrap();
        assert_eq!(got.files.iter().map(|f| f.field.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        let all = format!("{}{}--B--\n", file("a", "a.txt", "x"), file("a", "b.txt", "y"));
        let req = axum::http::Request::builder().method("POST").header("content-type", "multipart/form-data; boundary=B");
        let photos = Photos::from_request(req.body(Body::from(all.replace('\n', "\r\n"))).unwrap(), &()).await.unwrap();
        assert_eq!(photos.files.len(), 2, "an album gives several in one field");
        let same = format!("{}{}--B--\n", file("a", "a.txt", "x"), file("a", "b.txt", "y"));
        assert_eq!(read(same).await.unwrap_err().fields()[0].code, "one_file");
    }

    #[tokio::test]
    async fn what_is_cut_off_is_malformed() {
        assert_eq!(send("--B\nContent-Disposition: form-data; name=\"a\"\n\nxx").await.unwrap_err().status().as_u16(), 400);
        let req = axum::http::Request::builder().method("POST").header("content-type", "text/plain").body(Body::empty()).unwrap();
        assert_eq!(Upload::from_request(req, &()).await.unwrap_err().status().as_u16(), 415);
    }

    #[test]
    fn a_file_name_carries_no_path_and_no_tricks() {
        assert_eq!(clean_name("C:\\Users\\a\\工资 条.jpg"), "工资 条.jpg");
        assert_eq!(clean_name("../../etc/passwd"), "passwd");
        assert_eq!(clean_name("a\u{202e}gpj.exe"), "agpj.exe");
        assert_eq!(clean_name(".."), "file");
        assert!(clean_name(&"长".repeat(300)).chars().count() <= LONGEST_NAME);
    }
}
