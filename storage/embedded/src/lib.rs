//! igny8-storage-embedded
