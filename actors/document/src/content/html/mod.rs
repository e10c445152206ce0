//! HTML: written for readers and sites, and read from whoever has some.

pub(crate) mod dom;
pub(crate) mod read;
pub(crate) mod write;
