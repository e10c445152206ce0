//! The server's binary: it reads the configuration, wires rooms together, and has the commands
//! that operators use.
//! It decides nothing about content, credits or rights (actors/domain does) and speaks no
//! protocol of its own (server/edge and the adapters do).

mod admin;
mod argument;
mod care;
mod config;
mod credit;
mod demo;
mod key;
mod port;
mod serve;
mod store;
mod telemetry;
mod terminal;

use argument::{AdminCommand, Arguments, Command};
use clap::Parser;
use mimalloc::MiMalloc;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// The allocator asks for pages of 2 MiB, and each of many threads begins with one of its own: a
/// third of the memory, and most of the time that a start takes.
fn use_small_pages() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::thread::disable_transparent_huge_pages(true) {
        terminal::error(&format!("large pages stay in use: {error}"));
    }
}

fn main() -> ExitCode {
    use_small_pages();
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            terminal::error(&format!("the runtime cannot start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(async {
        match arguments.command {
            Command::Serve(arguments) => serve::command(arguments).await,
            Command::CheckConfig(arguments) => argument::check_config(&arguments),
            Command::Keys(arguments) => key::keys(&arguments).await,
            Command::Admin(arguments) => match arguments.command {
                AdminCommand::DeleteTenant(arguments) => key::delete_tenant(&arguments).await,
                AdminCommand::Grant(arguments) => credit::grant(&arguments).await,
                AdminCommand::RoomTicket(arguments) => demo::room_ticket(arguments).await,
            },
            Command::Demo(arguments) => demo::command(arguments).await,
            Command::Verify(arguments) => care::verify(arguments).await,
            Command::Backup(arguments) => care::backup(arguments).await,
            Command::Restore(arguments) => care::restore(arguments).await,
            Command::Export(arguments) => care::export(arguments).await,
            Command::Import(arguments) => care::import(arguments).await,
        }
    })
}
