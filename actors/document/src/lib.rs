//! igny8-actors-document
