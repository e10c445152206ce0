//! Which entities there are.

use super::Core;
use crate::connect::{Class, Statement};
use crate::error::corrupt;
use crate::key::{blob, entity_of, entity_values, tenant_value};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use igny8_protocol_ids::{EntityKey, Scope, TenantId};
use igny8_storage_api::StoreError;
use igny8_storage_api::codec::{kind_byte, kind_of_byte};
use scylla::value::CqlValue;
use uuid::Uuid;

/// Heads that are looked at together.
const LOOKS_AT_ONCE: usize = 16;
const PAGE_ROWS: i32 = 1_000;

const ALL: Statement =
    Statement::new(Class::Scan, "SELECT DISTINCT scope, kind, id FROM KS.entity");
/// Partitions lie in the order of their tokens. Two of the same token are not expected: there are
/// 2^64.
const AFTER: Statement = Statement::new(
    Class::Scan,
    "SELECT DISTINCT scope, kind, id FROM KS.entity WHERE token(scope, kind, id) > token(?, ?, ?)",
);
const OF_TENANT: Statement = Statement::new(
    Class::Read,
    "SELECT kind, id FROM KS.tenant_entity WHERE tenant = ? AND (kind, id) > (?, ?)",
);
const EPOCH: Statement = Statement::new(
    Class::Read,
    "SELECT epoch FROM KS.entity WHERE scope = ? AND kind = ? AND id = ? AND section = 0 \
     AND key = 0x00",
);

impl Core {
    /// All entities after `after`, in the order of their tokens.
    pub(crate) async fn entities(
        &self,
        after: Option<EntityKey>,
        limit: usize,
    ) -> Result<Vec<EntityKey>, StoreError> {
        let (statement, values) = match after {
            None => (&ALL, Vec::new()),
            Some(after) => (&AFTER, entity_values(&after)),
        };
        let rows = self.database.rows::<(Bytes, i8, Uuid)>(statement, values, PAGE_ROWS).await?;
        let keys = rows.map(|row| {
            let (scope, kind, id) = row?;
            entity_of(&scope, kind, id).ok_or_else(|| corrupt("the key of an entity", "unknown"))
        });
        self.present(keys, limit).await
    }

    /// A tenant's entities after `after`, in the order of their keys.
    pub(crate) async fn tenant_entities(
        &self,
        tenant: TenantId,
        after: Option<EntityKey>,
        limit: usize,
    ) -> Result<Vec<EntityKey>, StoreError> {
        let scope = Scope::Tenant(tenant);
        let (kind, id) = match after {
            // Kinds begin at 1.
            None => (0, Uuid::nil()),
            Some(after) if after.scope < scope => (0, Uuid::nil()),
            Some(after) if after.scope > scope => return Ok(Vec::new()),
            Some(after) => (kind_byte(after.kind).cast_signed(), after.id),
        };
        let values = vec![tenant_value(tenant), CqlValue::TinyInt(kind), blob(*id.as_bytes())];
        let rows = self.database.rows::<(i8, Bytes)>(&OF_TENANT, values, PAGE_ROWS).await?;
        let keys = rows.map(|row| {
            let (kind, id) = row?;
            let kind = kind_of_byte(kind.cast_unsigned()).zip(Uuid::from_slice(&id).ok());
            let (kind, id) =
                kind.ok_or_else(|| corrupt("a tenant's list of entities", "unknown"))?;
            Ok(EntityKey { scope, kind, id })
        });
        self.present(keys, limit).await
    }

    /// Those that have a head: a row of an append, or a name, may be there before it.
    async fn present(
        &self,
        keys: impl futures::Stream<Item = Result<EntityKey, StoreError>> + Unpin,
        limit: usize,
    ) -> Result<Vec<EntityKey>, StoreError> {
        let looks = keys.map(|key| async move {
            let key = key?;
            let row = self.database.row::<(Option<i64>,)>(&EPOCH, entity_values(&key)).await?;
            Ok::<_, StoreError>(matches!(row, Some((Some(_),))).then_some(key))
        });
        let mut looks = looks.buffered(LOOKS_AT_ONCE.min(limit.max(1)));
        let mut present = Vec::new();
        while present.len() < limit
            && let Some(key) = looks.try_next().await?
        {
            present.extend(key);
        }
        Ok(present)
    }
}
