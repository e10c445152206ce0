//! The suite that every backend passes, against a CQL server.

mod server;

igny8_storage_conformance::enrol!(server::Cql);
