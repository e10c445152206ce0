//! E-mail addresses and names as people type them.

use crate::entity::Refusal;

/// The longest address that mail servers carry (RFC 5321, 4.5.3.1.3, less the angle brackets).
const EMAIL_BYTES_MAX: usize = 254;
/// The longest local part (RFC 5321, 4.5.3.1.1).
const LOCAL_BYTES_MAX: usize = 64;
/// The longest name of a person, a tenant or a site: what a list can show.
const NAME_CHARS_MAX: usize = 100;

/// The form in which addresses are compared and claimed: trimmed and in lower case. Whether mail
/// arrives there is found out by sending some.
pub fn normalise_email(text: &str) -> Result<String, Refusal> {
    let email = text.trim().to_lowercase();
    let is_clean = email.len() <= EMAIL_BYTES_MAX
        && !email.chars().any(|c| c.is_control() || c.is_whitespace());
    let is_whole = email.rsplit_once('@').is_some_and(|(local, domain)| {
        let is_local = !local.is_empty() && local.len() <= LOCAL_BYTES_MAX && !local.contains('@');
        is_local && !domain.is_empty() && !domain.starts_with('.') && !domain.ends_with('.')
    });
    if is_clean && is_whole {
        Ok(email)
    } else {
        Err(Refusal::invalid("email", "This is not an e-mail address."))
    }
}

/// A name on one line, without needless space.
pub fn normalise_name(text: &str) -> Result<String, Refusal> {
    let name = text.split_whitespace().collect::<Vec<&str>>().join(" ");
    let chars = name.chars().count();
    if (1..=NAME_CHARS_MAX).contains(&chars) && !name.chars().any(char::is_control) {
        Ok(name)
    } else {
        let message = format!("A name has between 1 and {NAME_CHARS_MAX} characters.");
        Err(Refusal::invalid("name", message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_in_one_form() {
        assert_eq!(Ok("ann@example.org".into()), normalise_email("  Ann@Example.ORG "));
        let long = format!("{}@example.org", "x".repeat(65));
        for wrong in ["", "ann", "@b", "a@", "a b@c.d", "a@b@c.d", "a@.d", "a@d.", "a\n@b.c", &long]
        {
            assert!(normalise_email(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn names_are_one_line() {
        assert_eq!(Ok("Ann Lee".into()), normalise_name(" Ann\n  Lee "));
        for wrong in ["", "  ", "a\u{7}b", &"x".repeat(101)] {
            assert!(normalise_name(wrong).is_err(), "{wrong:?}");
        }
    }
}
