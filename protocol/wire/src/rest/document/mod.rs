//! `/api/writer/sites/{site}/documents/{document}/…`: who wrote a document, and what is said about it.

pub mod author;
pub mod comment;
