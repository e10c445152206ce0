//! Passwords with Argon2id.

use super::entropy::OsEntropy;
use argon2::password_hash::{Error, PasswordHasher, PasswordVerifier, phc};
use argon2::{Algorithm, Argon2, Params, Version};
use igny8_actors_ports::{PasswordError, PasswordHash};

/// Salt in bytes: what RFC 9106 recommends.
const SALT_BYTES: usize = 16;

/// What one hash costs whoever computes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PasswordCost {
    /// Memory in KiB.
    pub(crate) memory_kib: u32,
    /// Passes over that memory.
    pub(crate) passes: u32,
    /// Lanes.
    pub(crate) lanes: u32,
}

impl PasswordCost {
    /// The least that is allowed outside of development: the first of the settings that the OWASP
    /// cheat sheet on password storage calls equal in strength.
    pub(crate) const FLOOR: Self = Self { memory_kib: 47_104, passes: 1, lanes: 1 };
    /// For tests, where thousands log in: no protection at all.
    #[cfg(test)]
    pub(crate) const TEST: Self = Self { memory_kib: 64, passes: 1, lanes: 1 };

    /// True if it protects no less than [`Self::FLOOR`].
    pub(crate) const fn is_enough(self) -> bool {
        self.memory_kib >= Self::FLOOR.memory_kib && self.passes >= 1 && self.lanes >= 1
    }
}

/// Hashes with Argon2id; a stored hash carries its own cost, so that old ones stay good.
pub(crate) struct Argon2Passwords {
    argon2: Argon2<'static>,
}

impl Argon2Passwords {
    /// With this cost; an impossible one is refused in words.
    pub(crate) fn new(cost: PasswordCost) -> Result<Self, String> {
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, None)
            .map_err(|error| error.to_string())?;
        Ok(Self { argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params) })
    }
}

fn unreadable(error: &Error) -> PasswordError {
    PasswordError::Unreadable(error.to_string())
}

impl PasswordHash for Argon2Passwords {
    fn hash(&self, password: &str) -> Result<String, PasswordError> {
        let salt = OsEntropy::bytes::<SALT_BYTES>();
        let hash = self.argon2.hash_password_with_salt(password.as_bytes(), &salt);
        hash.map(|hash| hash.to_string()).map_err(|error| unreadable(&error))
    }

    fn verify(&self, password: &str, hash: &str) -> Result<bool, PasswordError> {
        let stored = phc::PasswordHash::new(hash)
            .map_err(|error| PasswordError::Unreadable(error.to_string()))?;
        // Without salt or hash every password would look merely wrong.
        if stored.salt.is_none() || stored.hash.is_none() {
            return Err(PasswordError::Unreadable("it is cut short".to_owned()));
        }
        match self.argon2.verify_password(password.as_bytes(), &stored) {
            Ok(()) => Ok(true),
            Err(Error::PasswordInvalid) => Ok(false),
            Err(error) => Err(unreadable(&error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cheap() -> Argon2Passwords {
        Argon2Passwords::new(PasswordCost::TEST).unwrap()
    }

    #[test]
    fn right_password_opens_and_wrong_ones_do_not() {
        let hash = cheap().hash("correct horse").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{hash}");
        assert!(cheap().verify("correct horse", &hash).unwrap());
        assert!(!cheap().verify("correct horsf", &hash).unwrap());
        assert!(!cheap().verify("", &hash).unwrap());
        assert_ne!(hash, cheap().hash("correct horse").unwrap(), "each hash has its own salt");
    }

    #[test]
    fn stored_hash_is_checked_with_its_own_cost() {
        let dearer = Argon2Passwords::new(PasswordCost { memory_kib: 128, passes: 2, lanes: 1 });
        let hash = dearer.unwrap().hash("pass").unwrap();
        assert!(hash.contains("m=128,t=2"), "{hash}");
        assert!(cheap().verify("pass", &hash).unwrap());
    }

    #[test]
    fn what_is_no_hash_is_an_error_and_not_a_refusal() {
        for broken in ["", "plain", "$argon2id$v=19$m=64", "$bcrypt$x$y"] {
            assert!(cheap().verify("pass", broken).is_err(), "{broken:?}");
        }
    }
}
