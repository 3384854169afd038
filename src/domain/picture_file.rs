//! Files from outside by their measures: how an upload is cut into parts, what a picture may be and how it is kept.
//!
//! Owns arithmetic over sizes. Never sees a byte of a file: who reads and writes them is `gateway`.

/// How a file of a known size is cut: every part is as large as the city says, the last one is what is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    size: u64,
    part: u64,
}

impl Cut {
    /// The cut of `size` bytes into parts of `part` bytes; `None` when either is zero or there would be more parts than
    /// numbers for them.
    #[must_use]
    pub fn of(size: u64, part: u64) -> Option<Self> {
        let fits = size > 0 && part > 0 && i32::try_from(size.div_ceil(part)).is_ok();
        fits.then_some(Self { size, part })
    }
    /// How many parts there are, numbered from 1.
    #[must_use]
    pub fn parts(self) -> i32 {
        i32::try_from(self.size.div_ceil(self.part)).unwrap_or(i32::MAX)
    }
    /// How many bytes part `n` has; `None` when there is no such part.
    #[must_use]
    pub fn size_of(self, n: i32) -> Option<u64> {
        let before = u64::try_from(n).ok()?.checked_sub(1)?.checked_mul(self.part)?;
        let left = self.size.checked_sub(before)?;
        (left > 0).then(|| left.min(self.part))
    }
}

/// The form a picture is kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Photos.
    Jpeg,
    /// Screenshots, and everything that lets the ground shine through.
    Png,
}

impl Kept {
    /// The form for a picture that came as `media_type`; `None` for what is no picture and is kept as it came. WebP is
    /// turned into what every printer and court reads.
    #[must_use]
    pub fn of(media_type: &str, transparent: bool) -> Option<Self> {
        match media_type {
            "image/jpeg" => Some(Self::Jpeg),
            "image/png" => Some(Self::Png),
            "image/webp" => Some(if transparent { Self::Png } else { Self::Jpeg }),
            _ => None,
        }
    }
    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// Longest side of a thumbnail: enough to tell two photos apart, too little to read what stands on a paper.
pub const THUMBNAIL: u32 = 240;

/// Whether a picture of this size may be unpacked at all.
#[must_use]
pub fn may_unpack(width: u32, height: u32, max_megapixels: u32) -> bool {
    let pixels = u64::from(width) * u64::from(height);
    pixels > 0 && pixels <= u64::from(max_megapixels) * 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_sum_up_to_the_file() {
        for (size, part) in [(1, 1), (1, 10), (10, 10), (11, 10), (19, 10), (20, 10), (21, 10), (20_971_520, 524_288)] {
            let cut = Cut::of(size, part).unwrap();
            let sum: u64 = (1..=cut.parts()).map(|n| cut.size_of(n).unwrap()).sum();
            assert_eq!(sum, size);
            assert_eq!((cut.size_of(0), cut.size_of(-1), cut.size_of(cut.parts() + 1)), (None, None, None));
        }
        assert_eq!((Cut::of(0, 10), Cut::of(10, 0), Cut::of(u64::MAX, 1)), (None, None, None));
    }

    #[test]
    fn a_bomb_is_known_by_its_measures() {
        assert!(may_unpack(4000, 3000, 12) && !may_unpack(4001, 3000, 12) && !may_unpack(u32::MAX, u32::MAX, 32) && !may_unpack(0, 5, 32));
    }

    #[test]
    fn what_is_no_picture_is_kept_as_it_came() {
        assert_eq!(Kept::of("application/pdf", false), None);
        assert_eq!(Kept::of("image/webp", false), Some(Kept::Jpeg));
        assert_eq!(Kept::of("image/webp", true), Some(Kept::Png));
    }
}
