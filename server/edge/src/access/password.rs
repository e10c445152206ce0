//! Which passwords are taken. Length is what counts (NIST SP 800-63B); no rules of composition.

use crate::problem::Problem;

const CHARS_MIN: usize = 8;
/// Hashing costs the same for any length; this only bounds what travels.
const CHARS_MAX: usize = 128;
/// The most used passwords of at least eight characters: guessed first, so never taken.
const COMMON: [&str; 40] = [
    "12345678",
    "123456789",
    "1234567890",
    "password",
    "password1",
    "password12",
    "password123",
    "passw0rd",
    "p@ssw0rd",
    "p@ssword",
    "qwerty123",
    "qwertyuiop",
    "qwerty12",
    "11111111",
    "00000000",
    "88888888",
    "12341234",
    "iloveyou",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "trustno1",
    "welcome1",
    "welcome123",
    "letmein1",
    "letmein123",
    "admin123",
    "administrator",
    "changeme",
    "abc12345",
    "abcd1234",
    "1q2w3e4r",
    "1qaz2wsx",
    "zaq12wsx",
    "asdfghjkl",
    "q1w2e3r4",
    "wordpress",
    "computer",
];

pub(crate) fn check(password: &str, email: &str) -> Result<(), Problem> {
    let chars = password.chars().count();
    if !(CHARS_MIN..=CHARS_MAX).contains(&chars) {
        let detail = format!("A password has between {CHARS_MIN} and {CHARS_MAX} characters.");
        return Err(Problem::invalid("password", detail));
    }
    let lower = password.to_lowercase();
    let is_monotone = lower.chars().all(|c| lower.starts_with(c));
    if COMMON.contains(&lower.as_str()) || is_monotone || lower == email.trim().to_lowercase() {
        let detail =
            "This password is guessed at once. Take several words that do not belong together.";
        return Err(Problem::invalid("password", detail));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_long_and_common_ones_are_refused() {
        let long = "x".repeat(129);
        for wrong in ["short", &long, "Password123", "zzzzzzzz", "ann@example.org"] {
            assert!(check(wrong, "Ann@example.org").is_err(), "{wrong}");
        }
        assert!(check("correct horse battery", "ann@example.org").is_ok());
    }
}
