//! Image models behind the port: an offline one that draws from the prompt's hash.
//! It does not write prompts, price or store files: the domain and the runtime do.

mod canvas;
mod fault;
mod offline;
mod palette;
mod scene;

pub use offline::{OfflineImages, SIDE_MAX};
