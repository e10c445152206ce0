//! igny8-server-adapters-images
