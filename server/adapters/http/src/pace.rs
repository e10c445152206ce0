//! What a provider's headers say about requests and tokens that are left, and when to come back.
//! OpenAI: `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`, resets as `6m0s` or `20ms`.
//! Anthropic: `anthropic-ratelimit-{requests,tokens,input-tokens,output-tokens}-{limit,remaining,
//! reset}`, resets as RFC 3339.

use igny8_actors_ports::{RateHint, RateHints};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use std::time::{Duration, SystemTime};

/// The longest wait that is believed: quotas that reset later are looked at again after a day.
const WAIT_MAX: Duration = Duration::from_secs(24 * 3600);

/// What the headers say; empty where they say nothing.
pub fn pace(headers: &HeaderMap) -> RateHints {
    let openai = |what: &str| RateHint {
        limit: number(headers, &format!("x-ratelimit-limit-{what}")),
        remaining: number(headers, &format!("x-ratelimit-remaining-{what}")),
        reset: text(headers, &format!("x-ratelimit-reset-{what}")).and_then(span),
    };
    let anthropic = |what: &str| {
        let name = |part: &str| format!("anthropic-ratelimit-{what}-{part}");
        RateHint {
            limit: number(headers, &name("limit")),
            remaining: number(headers, &name("remaining")),
            reset: text(headers, &name("reset"))
                .and_then(|reset| until(reset.parse::<jiff::Timestamp>().ok()?, headers)),
        }
    };
    let first = |hints: &[RateHint]| {
        hints.iter().copied().find(|hint| *hint != RateHint::default()).unwrap_or_default()
    };
    RateHints {
        requests: first(&[openai("requests"), anthropic("requests")]),
        // Anthropic's `tokens` is the tightest of its limits; without it the input is, as a rule.
        tokens: first(&[openai("tokens"), anthropic("tokens"), anthropic("input-tokens")]),
    }
}

/// When a refused request may come again: as the provider says, else when what is used up is back.
pub(crate) fn wait(headers: &HeaderMap) -> Option<Duration> {
    let hints = pace(headers);
    let used_up =
        [hints.requests, hints.tokens].into_iter().filter(|hint| hint.remaining == Some(0));
    retry_after(headers).or_else(|| used_up.filter_map(|hint| hint.reset).max())
}

/// `retry-after-ms`, or `retry-after` in seconds or as a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let span = |text: &str, unit: f64| {
        let seconds = text.parse::<f64>().ok()? * unit;
        (seconds >= 0.0).then(|| Duration::try_from_secs_f64(seconds).unwrap_or(WAIT_MAX))
    };
    let millis = text(headers, "retry-after-ms").and_then(|text| span(text, 0.001));
    let told = millis.or_else(|| {
        let text = text(headers, RETRY_AFTER.as_str())?;
        let date = || until(jiff::fmt::rfc2822::parse(text).ok()?.timestamp(), headers);
        span(text, 1.0).or_else(date)
    });
    told.map(|wait| wait.min(WAIT_MAX))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// Some gateways say -1 for what they do not count: that is no number here.
fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    text(headers, name)?.parse().ok()
}

/// `1h2m3s`, `1.5s`, `20ms`; a bare number is seconds.
fn span(text: &str) -> Option<Duration> {
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let amount: f64 = rest[..digits].parse().ok()?;
        let unit_end =
            rest[digits..].find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len() - digits);
        let seconds = match &rest[digits..digits + unit_end] {
            "d" => 86_400.0,
            "h" => 3_600.0,
            "m" => 60.0,
            "s" => 1.0,
            "" if digits == text.len() => 1.0,
            "ms" => 1e-3,
            "us" | "µs" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        let part = Duration::try_from_secs_f64(amount * seconds).unwrap_or(WAIT_MAX);
        total = total.saturating_add(part);
        rest = &rest[digits + unit_end..];
    }
    (!text.is_empty()).then_some(total.min(WAIT_MAX))
}

/// From the provider's own clock if it tells it, so that a wrong clock here does no harm.
fn until(at: jiff::Timestamp, headers: &HeaderMap) -> Option<Duration> {
    let told = text(headers, DATE.as_str())
        .and_then(|date| Some(jiff::fmt::rfc2822::parse(date).ok()?.timestamp().as_millisecond()));
    let now = told.or_else(|| {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
        i64::try_from(since.as_millis()).ok()
    })?;
    let millis = u64::try_from(at.as_millisecond() - now).unwrap_or(0);
    Some(Duration::from_millis(millis).min(WAIT_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DATE_TOLD: (&str, &str) = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| {
            (reqwest::header::HeaderName::from_static(name), value.parse().unwrap())
        });
        pairs.collect()
    }

    #[test]
    fn retry_after_is_read_in_all_its_forms() {
        type Case<'a> = (&'a [(&'static str, &'a str)], Option<u64>);
        let cases: [Case; 9] = [
            (&[("retry-after", "2")], Some(2000)),
            (&[("retry-after", "0.5")], Some(500)),
            (&[("retry-after-ms", "120"), ("retry-after", "9")], Some(120)),
            (&[DATE_TOLD, ("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")], Some(30_000)),
            (&[DATE_TOLD, ("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")], Some(0)),
            (&[("retry-after", "-1")], None),
            (&[("retry-after", "soon")], None),
            (&[("retry-after", "1e300")], Some(WAIT_MAX.as_millis() as u64)),
            (&[], None),
        ];
        for (pairs, millis) in cases {
            assert_eq!(
                retry_after(&headers(pairs)),
                millis.map(Duration::from_millis),
                "{pairs:?}"
            );
        }
    }

    #[test]
    fn resets_are_read_as_openai_writes_them() {
        for (text, millis) in [
            ("6m0s", Some(360_000)),
            ("1.5s", Some(1_500)),
            ("20ms", Some(20)),
            ("1h2m3s", Some(3_723_000)),
            ("2d", Some(86_400_000)),
            ("0", Some(0)),
            ("59", Some(59_000)),
            ("1s20ms", Some(1_020)),
            ("", None),
            ("s", None),
            ("5x", None),
            ("1.2.3s", None),
            ("-1", None),
            ("5 s", None),
        ] {
            assert_eq!(span(text), millis.map(Duration::from_millis), "{text}");
        }
    }

    #[test]
    fn limits_of_openai_are_read() {
        let read = pace(&headers(&[
            ("x-ratelimit-limit-requests", "60"),
            ("x-ratelimit-limit-tokens", "150000"),
            ("x-ratelimit-remaining-requests", "59"),
            ("x-ratelimit-remaining-tokens", "-1"),
            ("x-ratelimit-reset-requests", "1s"),
            ("x-ratelimit-reset-tokens", "6m0s"),
        ]));
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(
            read.requests,
            RateHint { limit: Some(60), remaining: Some(59), reset: seconds(1) }
        );
        assert_eq!(
            read.tokens,
            RateHint { limit: Some(150_000), remaining: None, reset: seconds(360) }
        );
    }

    #[test]
    fn limits_of_anthropic_are_read_by_the_providers_clock() {
        let read = pace(&headers(&[
            DATE_TOLD,
            ("anthropic-ratelimit-requests-limit", "50"),
            ("anthropic-ratelimit-requests-remaining", "0"),
            ("anthropic-ratelimit-requests-reset", "1994-11-06T08:49:49Z"),
            ("anthropic-ratelimit-tokens-reset", "yesterday"),
            ("anthropic-ratelimit-input-tokens-limit", "30000"),
        ]));
        let reset = Some(Duration::from_secs(12));
        assert_eq!(read.requests, RateHint { limit: Some(50), remaining: Some(0), reset });
        assert_eq!(read.tokens, RateHint { limit: Some(30_000), ..RateHint::default() });
    }

    #[test]
    fn refusal_without_a_time_waits_until_what_is_used_up_is_back() {
        let used_up =
            [("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "8s")];
        let left = [("x-ratelimit-remaining-tokens", "9"), ("x-ratelimit-reset-tokens", "1m")];
        let all = [used_up, left].concat();
        assert_eq!(wait(&headers(&all)), Some(Duration::from_secs(8)));
        assert_eq!(wait(&headers(&left)), None);
        let told = [&all[..], &[("retry-after", "3")]].concat();
        assert_eq!(wait(&headers(&told)), Some(Duration::from_secs(3)));
    }

    #[test]
    fn silence_about_limits_is_silence() {
        assert!(pace(&headers(&[("content-type", "text/plain")])).is_empty());
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "[0-9.smhdnuµ -]{0,12}") {
            prop_assert!(span(&text).is_none_or(|span| span <= WAIT_MAX));
        }
    }
}
