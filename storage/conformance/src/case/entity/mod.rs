//! Cases of one entity: its fence, feed, records, appends and images.

mod append;
mod atomic;
mod feed;
mod fence;
mod history;
mod image;
mod restart;

pub use append::*;
pub use atomic::*;
pub use feed::*;
pub use fence::*;
pub use history::*;
pub use image::*;
pub use restart::*;
