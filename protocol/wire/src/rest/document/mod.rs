//! `/api/writer/sites/{site}/documents/{document}/…`: what is said about a document.

pub mod comment;
