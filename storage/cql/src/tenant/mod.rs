//! A tenant's blobs and logs.

mod blob;
mod log;

pub(crate) use log::Days;
