//! igny8-actors-ports
