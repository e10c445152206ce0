//! igny8-protocol-wire
