//! igny8-server-edge
