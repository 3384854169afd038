//! What a file can prove: a sound is no receipt of money, a photo of the site no signature.
//!
//! Owns which kinds and types of evidence stand for a payment, an agreement and a service. Reads no file.

/// What is to be proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proves {
    /// That money was paid.
    Payment,
    /// That an agreement was signed.
    Agreement,
    /// That a paper was served.
    Service,
    /// That a worker agreed to something; it may be heard.
    Consent,
    /// That somebody was reached; it may be heard.
    Contact,
}
impl Proves {
    /// The kinds of evidence that can.
    #[must_use]
    pub const fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::Payment => &["proof", "wage_slip", "photo"],
            Self::Agreement => &["contract", "approval", "proof", "photo"],
            Self::Service => &["service", "proof", "photo"],
            Self::Consent => &["statement", "approval", "contract", "proof", "photo", "voice"],
            Self::Contact => &["service", "statement", "proof", "photo", "voice"],
        }
    }
    /// Whether a file of this kind and type can: what is only heard or moves proves no payment, no signature and no service.
    #[must_use]
    pub fn accepts(self, kind: &str, media_type: &str) -> bool {
        let heard = media_type.starts_with("audio/") || media_type.starts_with("video/");
        self.kinds().contains(&kind) && (!heard || matches!(self, Self::Consent | Self::Contact))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voice_pays_nothing_and_a_wage_slip_signs_nothing() {
        assert!(Proves::Payment.accepts("proof", "application/pdf") && Proves::Payment.accepts("photo", "image/jpeg"));
        assert!(!Proves::Payment.accepts("proof", "audio/amr") && !Proves::Payment.accepts("voice", "audio/amr"));
        assert!(!Proves::Payment.accepts("contract", "application/pdf") && !Proves::Payment.accepts("proof", "video/mp4"));
        assert!(Proves::Agreement.accepts("contract", "application/pdf") && !Proves::Agreement.accepts("wage_slip", "image/png"));
        assert!(Proves::Consent.accepts("voice", "audio/amr") && Proves::Contact.accepts("voice", "audio/amr"));
        assert!(!Proves::Consent.accepts("wage_slip", "image/png"));
        assert!(Proves::Service.accepts("service", "image/png") && !Proves::Service.accepts("statement", "application/pdf"));
    }
}
