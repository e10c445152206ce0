//! Tests of the tenant.

mod prompt;
