//! Writes the TypeScript module of the wire types.
//! `cargo run -p igny8-protocol-wire --example export-typescript -- <root of the repository>`

use igny8_protocol_wire::typescript::{TYPESCRIPT_PATH, typescript};
use std::{error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let root = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("."), PathBuf::from);
    let path = root.join(TYPESCRIPT_PATH);
    fs::create_dir_all(path.parent().ok_or("the path has a folder")?)?;
    fs::write(path, typescript())?;
    Ok(())
}
