//! igny8-bench-micro
