//! The typed content tree with its readers (HTML, Markdown, ProseMirror JSON) and writers (HTML,
//! WordPress blocks, Markdown, plain text).

pub(crate) mod compare;
pub(crate) mod form;
pub(crate) mod html;
pub(crate) mod image;
pub(crate) mod markdown_in;
pub(crate) mod markdown_out;
pub(crate) mod nodes;
pub(crate) mod patch;
pub(crate) mod plain;
pub(crate) mod prosemirror;
pub(crate) mod tree;
pub(crate) mod wordpress;
