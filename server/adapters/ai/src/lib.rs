//! igny8-server-adapters-ai
