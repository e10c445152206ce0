//! igny8-protocol-ids
