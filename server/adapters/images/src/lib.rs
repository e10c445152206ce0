//! Image models behind the port: OpenAI's images, Runware, and an offline one that draws from the
//! prompt's hash.
//! It does not write prompts, price or store files: the domain and the runtime do.

mod canvas;
mod fault;
mod offline;
mod openai;
mod palette;
mod picture;
mod runware;
mod scene;
mod size;

pub use igny8_server_adapters_http::{Reach, SetupError};
pub use offline::{OfflineImages, SIDE_MAX};
pub use openai::{OpenAiImages, OpenAiImagesConfig};
pub use picture::PictureFormat;
pub use runware::{Runware, RunwareConfig, RunwareDelivery};
