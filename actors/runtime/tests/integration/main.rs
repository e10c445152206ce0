//! The actors as a whole: a store on disk, the offline AI, real time. One program, since each
//! program of its own takes a link of everything below.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod answer;
mod document {
    mod actor;
    mod author;
    mod comment;
    mod history;
    mod suggestion;
}
mod draft;
mod lane;
mod ledger;
mod main_job;
mod own_model;
mod queue;
mod rule;
mod support;
mod wake;
