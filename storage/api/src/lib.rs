//! igny8-storage-api
