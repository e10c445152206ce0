//! igny8-actors-runtime
