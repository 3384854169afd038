//! QR codes as SVG that stands in a page: nothing is fetched, no script draws it.
//!
//! Owns the drawing; which modules are dark is the library's (`qrcodegen`: no dependencies). Knows nothing of what a code says.

use crate::base::{Error, Result};
use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write as _;

/// Modules of white around the code: readers need them.
const QUIET: i32 = 4;

/// The picture of a text, with a title for who reads by ear. Scales with its box.
///
/// # Errors
/// [`Error::Internal`] when the text is longer than a code holds (about 2,300 bytes).
pub fn svg(text: &str, title: &str) -> Result<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).map_err(|e| Error::Internal(format!("a QR code: {e}")))?;
    let size = code.size() + 2 * QUIET;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let mut run = 0;
            while x + run < code.size() && code.get_module(x + run, y) {
                run += 1;
            }
            if run > 0 {
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run.max(1);
        }
    }
    let title: String = title.chars().filter(|c| !matches!(c, '<' | '>' | '&' | '"')).collect();
    Ok(format!(
        "<svg class=\"qr\" viewBox=\"0 0 {size} {size}\" role=\"img\" aria-label=\"{title}\" shape-rendering=\"crispEdges\"><rect width=\"{size}\" height=\"{size}\" fill=\"#fff\"></rect><path fill=\"#000\" d=\"{path}\"></path></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_corners_and_its_margin() {
        let svg = svg("otpauth://totp/x?secret=MZXW6YTBOI", "给<手机>扫的码").unwrap();
        assert!(svg.contains("aria-label=\"给手机扫的码\""));
        // the top of the left and of the right finder, seven modules each
        let n = svg.split("viewBox=\"0 0 ").nth(1).and_then(|s| s.split(' ').next()).unwrap().parse::<i32>().unwrap();
        assert!(
            svg.contains("M4 4h7v1h-7z")
                && svg.contains(&format!("M{} 4h7v1h-7z", n - 4 - 7))
                && svg.contains(&format!("M4 {}h7v1h-7z", n - 4 - 1))
        );
        assert!(super::svg(&"x".repeat(4_000), "").is_err());
    }
}
