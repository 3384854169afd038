//! Pictures taken apart and written anew: only the pixels stay, so that neither place, device nor a hidden second file
//! travels on.
//!
//! Owns the codecs. The measures are read first and decide whether a picture is unpacked at all. Never stores anything;
//! slow, so it is called on a blocking thread.

use crate::domain::picture_file::{Kept, THUMBNAIL, may_unpack};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage};
use std::io::Cursor;

/// Quality of a kept photo, of 100: papers stay readable.
const PHOTO: u8 = 90;
/// Quality of a thumbnail.
const SMALL: u8 = 75;
/// The most bytes one pixel takes while it is unpacked (16 bits, four channels).
const WIDEST: u64 = 8;

/// A picture written anew.
#[derive(Debug)]
pub struct Anew {
    /// Its media type, which may be another than that of what came.
    pub media_type: &'static str,
    /// Its bytes, without any notes of the camera.
    pub bytes: Vec<u8>,
    /// A small one, always JPEG.
    pub thumbnail: Vec<u8>,
}

/// Why a picture is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// It has more pixels than allowed; it was not unpacked.
    TooManyPixels {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// It is damaged, or not what it says.
    Unreadable,
}

fn format_of(media_type: &str) -> Option<ImageFormat> {
    match media_type {
        "image/jpeg" => Some(ImageFormat::Jpeg),
        "image/png" => Some(ImageFormat::Png),
        "image/webp" => Some(ImageFormat::WebP),
        _ => None,
    }
}

/// Takes a picture of a known type apart, turns it the way the camera was held, and writes it anew with a thumbnail.
/// `None` for what is no picture.
///
/// # Errors
/// [`Unfit`].
pub fn anew(bytes: &[u8], media_type: &str, max_megapixels: u32) -> Result<Option<Anew>, Unfit> {
    let Some(format) = format_of(media_type) else { return Ok(None) };
    let mut decoder = ImageReader::with_format(Cursor::new(bytes), format).into_decoder().map_err(|_| Unfit::Unreadable)?;
    let (width, height) = decoder.dimensions();
    if !may_unpack(width, height, max_megapixels) {
        return Err(Unfit::TooManyPixels { width, height });
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(u64::from(max_megapixels) * 1_000_000 * WIDEST);
    decoder.set_limits(limits).map_err(|_| Unfit::Unreadable)?;
    // what the camera says of how it was held is read before it is dropped
    let turned = decoder.orientation().map_err(|_| Unfit::Unreadable)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| Unfit::Unreadable)?;
    picture.apply_orientation(turned);
    let picture = plain(picture);
    let Some(kept) = Kept::of(media_type, picture.color().has_alpha()) else { return Ok(None) };
    let thumbnail = small(&picture)?;
    let bytes = write(picture, kept)?;
    Ok(Some(Anew { media_type: kept.media_type(), bytes, thumbnail }))
}

/// Eight bits a channel, grey or coloured, with or without alpha.
fn plain(picture: DynamicImage) -> DynamicImage {
    let color = picture.color();
    match (color.has_color(), color.has_alpha()) {
        (true, true) => picture.into_rgba8().into(),
        (true, false) => picture.into_rgb8().into(),
        (false, true) => picture.into_luma_alpha8().into(),
        (false, false) => picture.into_luma8().into(),
    }
}

fn write(picture: DynamicImage, kept: Kept) -> Result<Vec<u8>, Unfit> {
    let mut out = Vec::new();
    let done = match kept {
        Kept::Jpeg => opaque(picture).write_with_encoder(JpegEncoder::new_with_quality(&mut out, PHOTO)),
        Kept::Png => picture.write_with_encoder(PngEncoder::new(&mut out)),
    };
    done.map_err(|_| Unfit::Unreadable)?;
    Ok(out)
}

fn small(picture: &DynamicImage) -> Result<Vec<u8>, Unfit> {
    let large = picture.width() > THUMBNAIL || picture.height() > THUMBNAIL;
    let picture = if large { picture.thumbnail(THUMBNAIL, THUMBNAIL) } else { picture.clone() };
    let mut out = Vec::new();
    opaque(picture).write_with_encoder(JpegEncoder::new_with_quality(&mut out, SMALL)).map_err(|_| Unfit::Unreadable)?;
    Ok(out)
}

/// On white where the ground shone through: JPEG knows no alpha.
fn opaque(picture: DynamicImage) -> DynamicImage {
    if !picture.color().has_alpha() {
        return picture;
    }
    let from = picture.into_rgba8();
    let mut to = RgbImage::new(from.width(), from.height());
    for (a, b) in from.pixels().zip(to.pixels_mut()) {
        let alpha = u16::from(a.0[3]);
        let over = |c: u8| u8::try_from((u16::from(c) * alpha + 255 * (255 - alpha)) / 255).unwrap_or(255);
        *b = Rgb([over(a.0[0]), over(a.0[1]), over(a.0[2])]);
    }
    to.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgba, RgbaImage};

    fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        picture.write_to(&mut out, format).unwrap();
        out.into_inner()
    }
    /// Left half black, right half white.
    fn halves(w: u32, h: u32) -> DynamicImage {
        RgbImage::from_fn(w, h, |x, _| if x < w / 2 { Rgb([0; 3]) } else { Rgb([255; 3]) }).into()
    }

    #[test]
    fn webp_becomes_what_everybody_reads() {
        let a = anew(&encoded(&halves(40, 30), ImageFormat::WebP), "image/webp", 1).unwrap().unwrap();
        assert_eq!((a.media_type, infer::get(&a.bytes).unwrap().mime_type()), ("image/jpeg", "image/jpeg"));
        let glass: DynamicImage = RgbaImage::from_pixel(10, 10, Rgba([200, 0, 0, 0])).into();
        let a = anew(&encoded(&glass, ImageFormat::WebP), "image/webp", 1).unwrap().unwrap();
        assert_eq!(a.media_type, "image/png");
        let small = image::load_from_memory(&a.thumbnail).unwrap().into_rgb8();
        assert!(small.get_pixel(5, 5).0.iter().all(|c| *c > 250), "on white");
    }

    #[test]
    fn a_thumbnail_keeps_the_shape_and_never_grows() {
        let a = anew(&encoded(&halves(960, 480), ImageFormat::Png), "image/png", 1).unwrap().unwrap();
        let t = image::load_from_memory(&a.thumbnail).unwrap();
        assert_eq!((t.width(), t.height()), (240, 120));
        let a = anew(&encoded(&halves(20, 10), ImageFormat::Png), "image/png", 1).unwrap().unwrap();
        let t = image::load_from_memory(&a.thumbnail).unwrap();
        assert_eq!((t.width(), t.height()), (20, 10));
    }

    #[test]
    fn the_same_picture_gives_the_same_bytes() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let (bytes, media) = (encoded(&halves(64, 64), format), format.to_mime_type());
            let (a, b) = (anew(&bytes, media, 1).unwrap().unwrap(), anew(&bytes, media, 1).unwrap().unwrap());
            assert_eq!((a.bytes, a.thumbnail), (b.bytes, b.thumbnail));
        }
    }

    #[test]
    fn measures_alone_refuse_a_bomb() {
        // a PNG that says it is 60000 × 60000 and has no pixels at all: nothing is unpacked
        let mut bomb = encoded(&halves(2, 2), ImageFormat::Png);
        bomb[16..20].copy_from_slice(&60_000u32.to_be_bytes());
        bomb[20..24].copy_from_slice(&60_000u32.to_be_bytes());
        let crc = crc(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&crc.to_be_bytes());
        assert_eq!(anew(&bomb, "image/png", 32).unwrap_err(), Unfit::TooManyPixels { width: 60_000, height: 60_000 });
    }

    #[test]
    fn damage_is_refused_and_other_files_are_left_alone() {
        let whole = encoded(&halves(64, 64), ImageFormat::Png);
        assert_eq!(anew(&whole[..60], "image/png", 32).unwrap_err(), Unfit::Unreadable);
        assert_eq!(anew(b"\xff\xd8\xff\xe0nonsense", "image/jpeg", 32).unwrap_err(), Unfit::Unreadable);
        assert!(anew(b"%PDF-1.4", "application/pdf", 32).unwrap().is_none());
    }

    /// The checksum of a PNG chunk.
    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0u32, |c, b| (0..8).fold(c ^ u32::from(*b), |c, _| if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 }))
    }
}
