//! Shamir's secret sharing of 32 bytes over GF(2⁸): any `threshold` points give the secret, fewer tell nothing of it.
//!
//! Owns the arithmetic only; [`super::escrow`] owns what a share says and when it is refused. By hand, because what is kept
//! upstream is not lean here: `blahaj` wants a generator of the `rand` crate (ours comes in as [`Ids`]) and multiplies by
//! tables whose look-ups follow the secret, `vsss-rs` brings big numbers and curves, `shamirsecretsharing` builds C. The
//! field is that of AES (x⁸ + x⁴ + x³ + x + 1); nothing below branches on or indexes by a secret byte.

use crate::base::id::Ids;
use zeroize::Zeroizing;

/// A point of every byte's polynomial: where, and the 32 values there.
pub type Point = (u8, Zeroizing<[u8; 32]>);

/// The product in the field, in the same steps whatever the bytes are.
fn mul(a: u8, b: u8) -> u8 {
    let (mut a, mut b, mut product) = (a, b, 0_u8);
    for _ in 0..8 {
        product ^= a & 0_u8.wrapping_sub(b & 1);
        a = (a << 1) ^ (0x1b & 0_u8.wrapping_sub(a >> 7));
        b >>= 1;
    }
    product
}

/// The inverse, a²⁵⁴; that of 0 is 0.
fn inverse(a: u8) -> u8 {
    // 254 = 2 + 4 + … + 128
    let (mut square, mut out) = (a, 1);
    for _ in 0..7 {
        square = mul(square, square);
        out = mul(out, square);
    }
    out
}

/// The points 1 to `shares` of random polynomials of degree `threshold` − 1 whose value at 0 is the secret. Every
/// coefficient is drawn from all 256 values, the highest too: leaving 0 out would tell something of the secret.
#[must_use]
pub fn split(secret: &[u8; 32], shares: u8, threshold: u8, ids: &mut Ids) -> Vec<Point> {
    let mut coefficients: Vec<Zeroizing<[u8; 32]>> = vec![Zeroizing::new(*secret)];
    coefficients.extend((1..threshold).map(|_| Zeroizing::new(ids.bytes::<32>())));
    let at = |x: u8| {
        let mut y = Zeroizing::new([0_u8; 32]);
        for c in coefficients.iter().rev() {
            for (y, c) in y.iter_mut().zip(c.iter()) {
                *y = mul(*y, x) ^ c;
            }
        }
        (x, y)
    };
    (1..=shares).map(at).collect()
}

/// The value at 0 of the polynomials through these points. `None` without points, at 0, or with one place twice. With too
/// few or wrong points the bytes are wrong, which only their user can tell.
#[must_use]
pub fn combine(points: &[Point]) -> Option<Zeroizing<[u8; 32]>> {
    let twice = points.iter().enumerate().any(|(i, p)| p.0 == 0 || points[..i].iter().any(|q| q.0 == p.0));
    if points.is_empty() || twice {
        return None;
    }
    let mut secret = Zeroizing::new([0_u8; 32]);
    for (x, y) in points {
        let others = points.iter().map(|p| p.0).filter(|o| o != x);
        let weight = others.fold(1, |w, o| mul(w, mul(o, inverse(o ^ x))));
        for (s, y) in secret.iter_mut().zip(y.iter()) {
            *s ^= mul(*y, weight);
        }
    }
    Some(secret)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_field_is_that_of_aes() {
        // FIPS 197, 4.2: {57} · {83} = {c1}, {57} · {13} = {fe}; the inverse of {53} is {ca}
        assert_eq!((mul(0x57, 0x83), mul(0x57, 0x13), inverse(0x53)), (0xc1, 0xfe, 0xca));
        for a in 1..=255_u8 {
            assert_eq!(mul(a, inverse(a)), 1, "{a}");
        }
        assert_eq!(inverse(0), 0);
    }

    #[test]
    fn points_computed_elsewhere_combine() {
        // 42 + 166 x + 23 x² at 2, 5 and 7, by shifts and the polynomial 0x11b in Python
        let at = |x: u8| {
            (
                x,
                Zeroizing::new(
                    [match x {
                        2 => 33,
                        5 => 94,
                        _ => 85,
                    }; 32],
                ),
            )
        };
        assert_eq!(*combine(&[at(2), at(5), at(7)]).unwrap(), [42; 32]);
        assert!(combine(&[]).is_none() && combine(&[at(2), at(2)]).is_none() && combine(&[(0, Zeroizing::new([1; 32]))]).is_none());
    }

    proptest! {
        #[test]
        fn any_threshold_of_shares_gives_the_secret_in_any_order(
            secret: [u8; 32], seed: [u8; 8], threshold in 2_u8..8, more in 0_u8..6, pick: [u8; 16],
        ) {
            let shares = threshold + more;
            let mut all = split(&secret, shares, threshold, &mut Ids::seeded(&seed));
            // some order of some of them, at least as many as needed
            for (i, p) in pick.iter().enumerate() {
                let n = all.len();
                all.swap(i % n, usize::from(*p) % n);
            }
            let enough = usize::from(threshold) + usize::from(pick[0]) % (usize::from(more) + 1);
            prop_assert_eq!(*combine(&all[..enough]).unwrap(), secret);
        }

        #[test]
        fn fewer_shares_fit_every_secret(secret: [u8; 32], other: [u8; 32], seed: [u8; 8], threshold in 2_u8..8) {
            let all = split(&secret, threshold, threshold, &mut Ids::seeded(&seed));
            // one share short: for every other secret there is a last share that makes it
            let short = &all[..usize::from(threshold) - 1];
            let mut through = vec![(0_u8, Zeroizing::new(other))];
            through.extend(short.iter().cloned());
            // the polynomial through (0, other) and the shares at hand, at the place of the missing one
            let x = threshold;
            let mut y = Zeroizing::new([0_u8; 32]);
            for (xi, yi) in &through {
                let weight = through.iter().map(|p| p.0).filter(|o| o != xi).fold(1, |w, o| mul(w, mul(x ^ o, inverse(o ^ xi))));
                for (a, b) in y.iter_mut().zip(yi.iter()) {
                    *a ^= mul(*b, weight);
                }
            }
            let mut made = short.to_vec();
            made.push((x, y));
            prop_assert_eq!(*combine(&made).unwrap(), other);
        }
    }
}
