//! Secrets, passwords, heavy work and vectors, all of them cheap: they are not what is tested here.

use igny8_actors_ports::{
    Compute, ComputeError, Embedder, KeyRing, ModelError, PasswordError, PasswordHash, SealError,
    Sealed, SecretPlace,
};
use igny8_protocol_ids::TenantId;
use secrecy::SecretSlice;

/// Not a key ring: it marks what it was given by its place.
pub(super) struct XorRing;

#[async_trait::async_trait]
impl KeyRing for XorRing {
    async fn seal(&self, place: &SecretPlace, secret: &[u8]) -> Result<Sealed, SealError> {
        Ok(Sealed { key_id: "simulated".to_owned(), bytes: mix(place, secret) })
    }
    async fn open(
        &self,
        place: &SecretPlace,
        sealed: &Sealed,
    ) -> Result<SecretSlice<u8>, SealError> {
        Ok(mix(place, &sealed.bytes).into())
    }
    async fn is_newest(&self, _: TenantId, _: &Sealed) -> Result<bool, SealError> {
        Ok(true)
    }
}

fn mix(place: &SecretPlace, bytes: &[u8]) -> Vec<u8> {
    let place = place.to_string();
    bytes.iter().zip(place.bytes().cycle()).map(|(a, b)| a ^ b ^ 0x5a).collect()
}

/// Not a password hash.
pub(super) struct CheapHash;

impl PasswordHash for CheapHash {
    fn hash(&self, password: &str) -> Result<String, PasswordError> {
        Ok(format!("cheap:{password}"))
    }
    fn verify(&self, password: &str, hash: &str) -> Result<bool, PasswordError> {
        Ok(hash == format!("cheap:{password}"))
    }
}

/// Heavy work at once: a thread of its own would end when it likes.
pub(super) struct Inline;

#[async_trait::async_trait]
impl Compute for Inline {
    async fn run(&self, work: Box<dyn FnOnce() + Send>) -> Result<(), ComputeError> {
        work();
        Ok(())
    }
}

/// Vectors by the first word: keywords of one topic form a cluster.
pub(super) struct SmallEmbedder;

/// Enough for topics to be apart.
const DIMENSIONS: usize = 16;

#[async_trait::async_trait]
impl Embedder for SmallEmbedder {
    fn name(&self) -> &str {
        "simulated"
    }
    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, ModelError> {
        let vector = |text: &String| {
            let word = text.split(' ').next().unwrap_or_default();
            let mut vector = vec![0.05; DIMENSIONS];
            vector[crate::chance::fold(word.as_bytes()) as usize % DIMENSIONS] = 1.0;
            let length = vector.iter().map(|x: &f32| x * x).sum::<f32>().sqrt();
            vector.iter_mut().for_each(|x| *x /= length);
            vector
        };
        Ok(texts.iter().map(vector).collect())
    }
}
