//! igny8-storage-conformance
