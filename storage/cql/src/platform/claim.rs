//! Unique names: one row each, changed by conditional writes alone.

use crate::connect::{Class, Statement};
use crate::entity::Core;
use crate::error::corrupt;
use crate::key::blob;
use bytes::Bytes;
use futures::TryStreamExt;
use igny8_storage_api::codec::{encode_plain, plain};
use igny8_storage_api::{ClaimOutcome, StoreError, check_claim};
use scylla::value::CqlValue;

const PAGE_ROWS: i32 = 500;

const READ: Statement = Statement::new(Class::Serial, "SELECT value FROM KS.claim WHERE name = ?");
const INSERT: &str = "INSERT INTO KS.claim (name, value) VALUES (?, ?) IF NOT EXISTS";
const DELETE: &str = "DELETE FROM KS.claim WHERE name = ? IF value = ?";
const REPLACE: &str = "UPDATE KS.claim SET value = ? WHERE name = ? IF value = ?";
const ALL: Statement = Statement::new(Class::Scan, "SELECT name, value FROM KS.claim");
const AFTER: Statement =
    Statement::new(Class::Scan, "SELECT name, value FROM KS.claim WHERE token(name) > token(?)");

fn text(name: &str) -> CqlValue {
    CqlValue::Text(name.to_owned())
}

fn decode(value: &[u8]) -> Result<Bytes, StoreError> {
    plain(value).ok_or_else(|| corrupt("a claim", "it does not decode"))
}

impl Core {
    pub(crate) async fn claim(&self, name: &str, value: Bytes) -> Result<ClaimOutcome, StoreError> {
        check_claim(name, &value)?;
        let values = vec![text(name), blob(encode_plain(&value))];
        let answer = self.database.conditional(INSERT, values).await?;
        if answer.applied {
            return Ok(ClaimOutcome::Claimed);
        }
        let held = match answer.column("value").and_then(CqlValue::as_blob) {
            Some(held) => Some(decode(held)?),
            None => self.claimed(name).await?,
        };
        match held {
            Some(held) if held == value => Ok(ClaimOutcome::Claimed),
            Some(held) => Ok(ClaimOutcome::Held(held)),
            None => {
                Err(StoreError::Unavailable { reason: "the name was given back just now".into() })
            }
        }
    }

    async fn stored_claim(&self, name: &str) -> Result<Option<Bytes>, StoreError> {
        let row = self.database.row::<(Bytes,)>(&READ, vec![text(name)]).await?;
        Ok(row.map(|(value,)| value))
    }

    pub(crate) async fn claimed(&self, name: &str) -> Result<Option<Bytes>, StoreError> {
        self.stored_claim(name).await?.map(|stored| decode(&stored)).transpose()
    }

    pub(crate) async fn release_claim(&self, name: &str, value: Bytes) -> Result<bool, StoreError> {
        check_claim(name, &value)?;
        // The bytes as they are stored are the condition: an older layout has other ones.
        let Some(stored) = self.stored_claim(name).await? else { return Ok(false) };
        if decode(&stored)? != value {
            return Ok(false);
        }
        let values = vec![text(name), blob(stored)];
        Ok(self.database.conditional(DELETE, values).await?.applied)
    }

    pub(crate) async fn replace_claim(
        &self,
        name: &str,
        old: Bytes,
        new: Bytes,
    ) -> Result<bool, StoreError> {
        check_claim(name, &old)?;
        check_claim(name, &new)?;
        let Some(stored) = self.stored_claim(name).await? else { return Ok(false) };
        let held = decode(&stored)?;
        if held == new {
            return Ok(true);
        }
        if held != old {
            return Ok(false);
        }
        let values = vec![blob(encode_plain(&new)), text(name), blob(stored)];
        if self.database.conditional(REPLACE, values).await?.applied {
            return Ok(true);
        }
        Ok(self.claimed(name).await? == Some(new))
    }

    /// Claims in the order of their tokens.
    pub(crate) async fn claims(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Bytes)>, StoreError> {
        let (statement, values) = match after {
            None => (&ALL, Vec::new()),
            Some(after) => (&AFTER, vec![text(after)]),
        };
        let mut rows = self.database.rows::<(String, Bytes)>(statement, values, PAGE_ROWS).await?;
        let mut claims = Vec::new();
        while claims.len() < limit
            && let Some((name, value)) = rows.try_next().await?
        {
            claims.push((name, decode(&value)?));
        }
        Ok(claims)
    }
}
