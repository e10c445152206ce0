//! From which page a browser's request comes. Checked where a cookie or a socket would otherwise
//! speak for a person on a page that is not ours.

use http::{HeaderMap, header};

/// True if the `Origin` is the server's own or one that is allowed. Absent is not allowed: browsers
/// send it with every POST and every socket.
pub(crate) fn is_allowed(headers: &HeaderMap, allowed: &[String]) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(origin) = text(header::ORIGIN) else { return false };
    let same = text(header::HOST).is_some_and(|host| {
        let named = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        named.is_some_and(|named| named.eq_ignore_ascii_case(host))
    });
    same || allowed.iter().any(|one| one.eq_ignore_ascii_case(origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(origin: Option<&'static str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "app.example:8008".parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        is_allowed(&headers, &["http://localhost:5173".to_owned()])
    }

    #[test]
    fn own_and_listed_pages_only() {
        assert!(allowed(Some("https://app.example:8008")));
        assert!(allowed(Some("http://localhost:5173")));
        for other in [None, Some("null"), Some("https://evil.example"), Some("https://app.example")]
        {
            assert!(!allowed(other), "{other:?}");
        }
    }
}
