//! The doors as a whole, over actors and a store on disk. One program, since each program of its
//! own takes a link of everything below.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod access;
mod comment;
mod content;
mod fallback;
mod hocuspocus;
mod request;
mod room;
mod session;
mod socket;
mod suggestion;
mod support;
