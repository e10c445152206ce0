//! The embedded store passes the suite.

mod place;

igny8_storage_conformance::enrol!(place::Embedded);
