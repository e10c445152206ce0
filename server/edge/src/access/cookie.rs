//! The two cookies of browsers: the refresh token, seen by `/api/auth` alone, and a token that
//! opens images, because `<img>` sends no header. No script can read either.

use http::{HeaderMap, HeaderName, HeaderValue, header};
use std::time::Duration;

const REFRESH: &str = "igny8_refresh";
const MEDIA: &str = "igny8_media";
/// As long as the longest session; the server decides when it really ends.
const REFRESH_SECONDS_MAX: u64 = Duration::from_hours(24 * 90).as_secs();

fn cookie(
    name: &str,
    value: &str,
    path: &str,
    seconds: u64,
    secure: bool,
) -> (HeaderName, HeaderValue) {
    let secure = if secure { "; Secure" } else { "" };
    let text = format!(
        "{name}={value}; HttpOnly; SameSite=Strict; Path={path}; Max-Age={seconds}{secure}"
    );
    (
        header::SET_COOKIE,
        HeaderValue::from_str(&text).expect("tokens are letters, digits, dots and hyphens"),
    )
}

pub(crate) fn refresh_cookie(token: &str, secure: bool) -> (HeaderName, HeaderValue) {
    cookie(REFRESH, token, "/api/auth", REFRESH_SECONDS_MAX, secure)
}

pub(crate) fn media_cookie(
    token: &str,
    lifetime: Duration,
    secure: bool,
) -> (HeaderName, HeaderValue) {
    cookie(MEDIA, token, "/media", lifetime.as_secs(), secure)
}

/// Takes both cookies away.
pub(crate) fn clear_session(secure: bool) -> [(HeaderName, HeaderValue); 2] {
    [cookie(REFRESH, "", "/api/auth", 0, secure), cookie(MEDIA, "", "/media", 0, secure)]
}

fn named<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name && !value.is_empty()).then_some(value))
}

pub(crate) fn refresh_from(headers: &HeaderMap) -> Option<&str> {
    named(headers, REFRESH)
}

pub(super) fn media_from(headers: &HeaderMap) -> Option<&str> {
    named(headers, MEDIA)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("a=1; igny8_refresh=x.y; b=2"));
        assert_eq!(Some("x.y"), refresh_from(&headers));
        assert_eq!(None, media_from(&headers));
    }

    #[test]
    fn no_script_and_no_other_site_gets_them() {
        let (_, value) = refresh_cookie("t", true);
        let text = value.to_str().unwrap();
        for word in ["HttpOnly", "SameSite=Strict", "Secure", "Path=/api/auth"] {
            assert!(text.contains(word), "{text}");
        }
    }
}
