//! Publishes posts as files in a folder, for sites that have no WordPress.
//! It does not render articles or fetch images: both come whole with the post.

mod catalog;
mod folder;
mod name;
mod page;
mod publisher;

pub use publisher::FolderPublisher;
