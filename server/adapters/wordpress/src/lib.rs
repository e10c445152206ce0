//! igny8-server-adapters-wordpress
