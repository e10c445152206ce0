//! igny8-actors-domain
