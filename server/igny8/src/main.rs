//! igny8
fn main() {}
