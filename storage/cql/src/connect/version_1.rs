//! The tables of version 1. Never edited after its release: a change is the next version.

/// Changes that lead from nothing to version 1. `KS.` stands for the keyspace.
///
/// `FORGET_SOON` stands for short-lived tombstones, where a removed row that comes back does no
/// harm: see `Flavour::forget_soon`.
pub(super) const STATEMENTS: &[&str] = &[
    // One partition per entity. Section 0 is the head, 1 records, 2 open outbox records,
    // 3 appends, 4 frames.
    "CREATE TABLE IF NOT EXISTS KS.entity (
        scope blob, kind tinyint, id uuid, section tinyint, key blob,
        epoch bigint, sequence bigint, commit_id blob, chain blob,
        floor bigint, floor_chain blob, checkpoint bigint, step bigint,
        taker blob, restoring blob,
        body blob, change blob,
        PRIMARY KEY ((scope, kind, id), section, key))",
    "CREATE TABLE IF NOT EXISTS KS.tenant_entity (
        tenant uuid, kind tinyint, id blob,
        PRIMARY KEY ((tenant), kind, id))",
    "CREATE TABLE IF NOT EXISTS KS.blob (
        tenant uuid, hash blob, chunk int, chunks int, body blob,
        PRIMARY KEY ((tenant, hash), chunk))",
    "CREATE TABLE IF NOT EXISTS KS.blob_index (
        tenant uuid, bucket tinyint, hash blob, written bigint, chunks int,
        PRIMARY KEY ((tenant, bucket), hash))",
    "CREATE TABLE IF NOT EXISTS KS.claim (name text PRIMARY KEY, value blob)",
    "CREATE TABLE IF NOT EXISTS KS.wake_slot (
        place tinyint, slot bigint, set_at bigint,
        PRIMARY KEY ((place), slot)) WITH FORGET_SOON",
    "CREATE TABLE IF NOT EXISTS KS.wake_due (
        slot bigint, due bigint, scope blob, kind tinyint, id uuid, epoch bigint, set_at bigint,
        PRIMARY KEY ((slot), due, scope, kind, id, epoch)) WITH FORGET_SOON",
    "CREATE TABLE IF NOT EXISTS KS.wake_entity (
        scope blob, kind tinyint, id uuid, epoch bigint, due bigint,
        PRIMARY KEY ((scope, kind, id), epoch)) WITH FORGET_SOON",
    "CREATE TABLE IF NOT EXISTS KS.log (
        tenant uuid, stream text, day bigint, place blob, expires bigint, body blob,
        PRIMARY KEY ((tenant, stream, day), place))
        WITH FORGET_SOON AND compaction = {
            'class': 'TimeWindowCompactionStrategy',
            'compaction_window_unit': 'DAYS', 'compaction_window_size': 1}",
    "CREATE TABLE IF NOT EXISTS KS.log_day (
        tenant uuid, stream text, day bigint, until bigint, set_at bigint,
        PRIMARY KEY ((tenant), stream, day, until)) WITH FORGET_SOON",
    "CREATE TABLE IF NOT EXISTS KS.membership (
        place tinyint PRIMARY KEY, version bigint, body blob)",
    "CREATE TABLE IF NOT EXISTS KS.heartbeat (
        place tinyint, node uuid, at bigint,
        PRIMARY KEY ((place), node)) WITH FORGET_SOON",
];
