//! The y-protocols as they go over a socket, and the few kinds of updates that this bench makes and
//! reads. It holds no document.

pub(crate) mod trace;
pub(crate) mod update;
pub(crate) mod wire;
