//! From settings to a client and an address.

use reqwest::Url;
use reqwest::dns::Resolve;
use reqwest::header::{HeaderMap, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use std::time::Duration;

/// A provider that does not take a connection within this is not there.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Which addresses a client may connect to.
#[derive(Clone)]
pub enum Reach {
    /// Any: the server's operator entered the address.
    Anywhere,
    /// A tenant entered the address: this resolver decides, at connect time, which may be called.
    /// Numbers in an address never reach a resolver: check them before.
    Guarded(Arc<dyn Resolve>),
}

/// Why settings cannot be used. Never holds a key.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The address is not one.
    #[error("the base URL cannot be used: {0}")]
    BaseUrl(String),
    /// A setting has signs that do not fit a header.
    #[error(
        "the {0} has characters that cannot be sent: copy it again, without spaces and line breaks"
    )]
    Header(&'static str),
    /// A setting cannot be used; the text says which and why.
    #[error("{0}")]
    Setting(String),
    /// The HTTP client cannot be made.
    #[error("the HTTP client cannot be made: {0}")]
    Client(String),
}

/// A client that sends these headers with every request.
pub fn client(reach: &Reach, headers: HeaderMap) -> Result<reqwest::Client, SetupError> {
    let builder = match reach {
        Reach::Anywhere => reqwest::Client::builder(),
        // A proxy would connect in our place, past the check of addresses.
        Reach::Guarded(resolver) => {
            reqwest::Client::builder().no_proxy().dns_resolver(resolver.clone())
        }
    };
    builder
        .connect_timeout(CONNECT_TIMEOUT)
        // Not followed: it would carry prompt and key to an address that nobody entered.
        .redirect(reqwest::redirect::Policy::none())
        .default_headers(headers)
        .build()
        .map_err(|error| SetupError::Client(error.without_url().to_string()))
}

/// The address of a route below a provider's base URL.
pub fn address(base_url: &str, route: &str) -> Result<Url, SetupError> {
    let refuse = |reason: &str| Err(SetupError::BaseUrl(reason.to_owned()));
    let Ok(url) = Url::parse(&format!("{}{route}", base_url.trim().trim_end_matches('/'))) else {
        return refuse("it is not an address such as https://api.openai.com/v1");
    };
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return refuse("it must begin with https:// or http://");
    }
    // Addresses are logged and shown, so that nothing secret may be in them.
    let is_plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if !is_plain {
        return refuse("it must have no user, password, query or fragment");
    }
    Ok(url)
}

/// The value of an `Authorization` header, kept out of logs.
pub fn bearer(key: &SecretString) -> Result<HeaderValue, SetupError> {
    let text = format!("Bearer {}", key.expose_secret().trim());
    let mut value = HeaderValue::from_str(&text).map_err(|_| SetupError::Header("key"))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_url_must_be_plain_http() {
        for good in
            ["https://api.example.com/v1", "http://127.0.0.1:8080/v1/", " https://x.example "]
        {
            assert!(address(good, "/chat").unwrap().path().ends_with("/chat"), "{good}");
        }
        for bad in [
            "",
            "api.example.com",
            "file:///etc/passwd",
            "https://user:pw@x.example",
            "https://x.example?k=1",
        ] {
            assert!(address(bad, "/chat").is_err(), "{bad}");
        }
    }

    #[test]
    fn key_with_a_line_break_is_refused_without_being_shown() {
        let error = bearer(&"sk-very-secret\nx".to_owned().into()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("very-secret"));
        let value = bearer(&" sk-very-secret\n".to_owned().into()).unwrap();
        assert!(!format!("{value:?}").contains("very-secret"));
    }
}
