//! Access tokens: short-lived JWTs of one algorithm. And the outer form of refresh tokens, which
//! the account's session keeps the hash of.

use super::identity::Caller;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use igny8_protocol_ids::{AccountId, SessionId, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret, SecretSlice};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// An access token counts so long; a removed member is stopped earlier, by the role's own check.
pub(crate) const ACCESS_LIFETIME: Duration = Duration::from_mins(10);
/// The media cookie outlives a page that is left open over lunch; the role is still checked.
const MEDIA_LIFETIME: Duration = Duration::from_hours(12);
pub(super) const ISSUER: &str = "igny8";
/// The one algorithm that is taken: a token that names another is refused (RFC 8725).
pub(super) const ALGORITHM: Algorithm = Algorithm::HS256;

/// What a token opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// The API.
    Api,
    /// Images alone.
    Media,
}

impl Audience {
    const ALL: [Self; 2] = [Self::Api, Self::Media];
    const fn name(self) -> &'static str {
        match self {
            Self::Api => "igny8-api",
            Self::Media => "igny8-media",
        }
    }
    pub(crate) const fn lifetime(self) -> Duration {
        match self {
            Self::Api => ACCESS_LIFETIME,
            Self::Media => MEDIA_LIFETIME,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: AccountId,
    sid: SessionId,
    iat: i64,
    exp: i64,
}

/// Issues and checks tokens.
pub(crate) struct Tokens {
    pub(super) encoding: EncodingKey,
    pub(super) decoding: DecodingKey,
    validations: [Validation; 2],
    pub(super) room: Validation,
}

fn validation(audience: &str) -> Validation {
    let mut validation = Validation::new(ALGORITHM);
    validation.set_audience(&[audience]);
    validation.set_issuer(&[ISSUER]);
    validation.set_required_spec_claims(&["iss", "aud", "sub"]);
    // The end is checked by our own clock (R15).
    validation.validate_exp = false;
    validation
}

impl Tokens {
    pub(crate) fn new(key: &SecretSlice<u8>) -> Self {
        let key = key.expose_secret();
        Self {
            encoding: EncodingKey::from_secret(key),
            decoding: DecodingKey::from_secret(key),
            validations: Audience::ALL.map(|audience| validation(audience.name())),
            room: validation(super::room::AUDIENCE),
        }
    }

    pub(crate) fn issue(&self, audience: Audience, now: Timestamp, caller: Caller) -> String {
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: audience.name().to_owned(),
            sub: caller.account,
            sid: caller.session,
            iat: now.as_millis() / 1000,
            exp: now.plus(audience.lifetime()).as_millis() / 1000,
        };
        jsonwebtoken::encode(&Header::new(ALGORITHM), &claims, &self.encoding)
            .expect("plain claims are encoded and signed with a key of the right family")
    }

    /// Who a token names; `None` if it is not ours, of another kind, or over.
    pub(crate) fn check(&self, audience: Audience, now: Timestamp, token: &str) -> Option<Caller> {
        let validation = &self.validations[audience as usize];
        let claims = jsonwebtoken::decode::<Claims>(token, &self.decoding, validation).ok()?.claims;
        (claims.exp > now.as_millis() / 1000)
            .then_some(Caller { account: claims.sub, session: claims.sid })
    }

    /// A refresh token as its holder gets it: `account.session.secret.tag`. The tag keeps strangers
    /// from waking accounts that do not exist; the session's own check is of the secret.
    pub(crate) fn seal_refresh(&self, token: &RefreshToken) -> String {
        let secret = URL_SAFE_NO_PAD.encode(token.secret);
        let text = format!("{}.{}.{secret}", token.account, token.session);
        let tag = jsonwebtoken::crypto::sign(text.as_bytes(), &self.encoding, ALGORITHM);
        format!("{text}.{}", tag.expect("the key is of the algorithm's family"))
    }

    pub(crate) fn open_refresh(&self, text: &str) -> Option<RefreshToken> {
        let (text, tag) = text.rsplit_once('.')?;
        jsonwebtoken::crypto::verify(tag, text.as_bytes(), &self.decoding, ALGORITHM)
            .ok()
            .filter(|is_ours| *is_ours)?;
        let mut parts = text.splitn(3, '.');
        let (account, session, secret) = (parts.next()?, parts.next()?, parts.next()?);
        let (account, session) = (account.parse().ok()?, session.parse().ok()?);
        let secret = URL_SAFE_NO_PAD.decode(secret).ok()?.try_into().ok()?;
        Some(RefreshToken { account, session, secret })
    }
}

/// A refresh token, taken apart.
pub(crate) struct RefreshToken {
    pub account: AccountId,
    pub session: SessionId,
    pub secret: [u8; 32],
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller() -> Caller {
        let now = Timestamp::from_millis(1);
        Caller { account: AccountId::new(now, [1; 10]), session: SessionId::new(now, [2; 10]) }
    }

    fn tokens(key: u8) -> Tokens {
        Tokens::new(&SecretSlice::from(vec![key; 32]))
    }

    #[test]
    fn a_token_counts_for_its_audience_and_its_time() {
        let (now, tokens, caller) = (Timestamp::from_millis(1_000_000), tokens(7), caller());
        let token = tokens.issue(Audience::Api, now, caller);
        assert_eq!(Some(caller), tokens.check(Audience::Api, now, &token));
        assert_eq!(None, tokens.check(Audience::Media, now, &token));
        assert_eq!(None, tokens.check(Audience::Api, now.plus(ACCESS_LIFETIME), &token));
        assert_eq!(None, super::Tokens::check(&self::tokens(8), Audience::Api, now, &token));
    }

    #[test]
    fn a_token_without_a_signature_is_refused() {
        let (now, tokens) = (Timestamp::from_millis(1_000_000), tokens(7));
        let token = tokens.issue(Audience::Api, now, caller());
        let claims = token.split('.').nth(1).unwrap();
        let none = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}.");
        assert_eq!(None, tokens.check(Audience::Api, now, &none));
    }

    #[test]
    fn refresh_tokens_cannot_be_made_up() {
        let Caller { account, session } = caller();
        let text = tokens(7).seal_refresh(&RefreshToken { account, session, secret: [9; 32] });
        let opened = tokens(7).open_refresh(&text).unwrap();
        assert_eq!((account, session, [9; 32]), (opened.account, opened.session, opened.secret));
        assert!(tokens(8).open_refresh(&text).is_none());
        assert!(tokens(7).open_refresh(&text[1..]).is_none());
    }
}
