//! `/api/writer/sites/{site}/documents/{document}/…`: who wrote a document, and what is said about it, and what is suggested.

pub mod activity;
pub mod author;
pub mod comment;
pub mod suggestion;
