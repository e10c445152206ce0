//! The nodes that share the store: one row for their list, one for each sign of life.

use crate::connect::{Class, Statement};
use crate::entity::Core;
use crate::error::corrupt;
use crate::key::{blob, number};
use bytes::Bytes;
use igny8_protocol_ids::Timestamp;
use igny8_storage_api::{
    Heartbeat, Member, Membership, MembershipOutcome, StoreError, check_members,
};
use scylla::value::CqlValue;
use uuid::Uuid;

/// Version 1 of the layout of a list.
const TAG: u8 = 1;

const READ: Statement =
    Statement::new(Class::Serial, "SELECT version, body FROM KS.membership WHERE place = 0");
const INSERT: &str =
    "INSERT INTO KS.membership (place, version, body) VALUES (0, ?, ?) IF NOT EXISTS";
const UPDATE: &str =
    "UPDATE KS.membership SET version = ?, body = ? WHERE place = 0 IF version = ?";
/// A day after its last sign of life a node's row is gone.
const BEAT: Statement = Statement::new(
    Class::Plain,
    "INSERT INTO KS.heartbeat (place, node, at) VALUES (0, ?, ?) USING TTL 86400 AND TIMESTAMP ?",
);
const BEATS: Statement =
    Statement::new(Class::Read, "SELECT node, at FROM KS.heartbeat WHERE place = 0");

impl Core {
    pub(crate) async fn membership(&self) -> Result<Membership, StoreError> {
        let row = self.database.row::<(i64, Bytes)>(&READ, Vec::new()).await?;
        let Some((version, body)) = row else { return Ok(Membership::default()) };
        let members =
            decode(&body).ok_or_else(|| corrupt("the list of members", "it does not decode"))?;
        Ok(Membership { version: version.cast_unsigned(), members })
    }

    pub(crate) async fn change_membership(
        &self,
        version: u64,
        mut members: Vec<Member>,
    ) -> Result<MembershipOutcome, StoreError> {
        check_members(&members)?;
        members.sort_by_key(|member| member.node);
        let next = version.wrapping_add(1);
        let mut values = vec![number(next), blob(encode(&members))];
        let text = if version == 0 {
            INSERT
        } else {
            values.push(number(version));
            UPDATE
        };
        if self.database.conditional(text, values).await?.applied {
            return Ok(MembershipOutcome::Changed(Membership { version: next, members }));
        }
        Ok(MembershipOutcome::Moved(self.membership().await?))
    }

    pub(crate) async fn beat(&self, heartbeat: Heartbeat) -> Result<(), StoreError> {
        let values = vec![
            CqlValue::Uuid(heartbeat.node),
            CqlValue::BigInt(heartbeat.at.as_millis()),
            CqlValue::BigInt(self.clock.stamp()),
        ];
        self.database.write(&BEAT, values).await
    }

    pub(crate) async fn heartbeats(&self) -> Result<Vec<Heartbeat>, StoreError> {
        let rows = self.database.few::<(Uuid, i64)>(&BEATS, Vec::new()).await?;
        let beat = |(node, at)| Heartbeat { node, at: Timestamp::from_millis(at) };
        let mut beats: Vec<Heartbeat> = rows.into_iter().map(beat).collect();
        beats.sort_by_key(|beat| beat.node);
        Ok(beats)
    }
}

fn encode(members: &[Member]) -> Vec<u8> {
    let mut out = vec![TAG];
    for member in members {
        out.extend(member.node.as_bytes());
        let length = u32::try_from(member.body.len()).expect("the limits keep it below 4 GiB");
        out.extend(length.to_be_bytes());
        out.extend_from_slice(&member.body);
    }
    out
}

fn decode(value: &[u8]) -> Option<Vec<Member>> {
    let mut rest = value.strip_prefix(&[TAG])?;
    let mut members = Vec::new();
    while !rest.is_empty() {
        let (node, after) = rest.split_first_chunk::<16>()?;
        let (length, after) = after.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (body, after) = after.split_at_checked(length)?;
        members.push(Member { node: Uuid::from_bytes(*node), body: Bytes::copy_from_slice(body) });
        rest = after;
    }
    Some(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fixture of version 1: it is read for ever.
    #[test]
    fn version_1_fixture_is_read() {
        let members =
            vec![Member { node: Uuid::from_u128(3), body: Bytes::from_static(b"address") }];
        let mut stored = vec![1];
        stored.extend(3_u128.to_be_bytes());
        stored.extend(b"\0\0\0\x07address");
        assert_eq!(decode(&stored), Some(members.clone()));
        assert_eq!(encode(&members), stored);
        assert_eq!(decode(&stored[..20]), None);
        assert_eq!(decode(&[]), None);
        assert_eq!(decode(&[1]), Some(Vec::new()));
    }
}
