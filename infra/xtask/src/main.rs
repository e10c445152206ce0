//! The repository's tasks: build and run, test, demonstrate, generate, check, measure.
//! It knows how the rooms are built and started; what is in them, it does not know.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]

mod argument;
mod bench;
mod dashboard;
mod debian;
mod demo;
mod generate;
mod process;
mod root;
mod run;
mod simulate;
mod test;
mod tidy;
mod toolchain;
mod wordpress;

use argument::Arguments;
use std::process::ExitCode;

const USAGE: &str = "\
Tasks of this repository:

  cargo xtask run [--port N] [--data-dir D] [--fresh]
      Builds everything and starts a development server: demo workspace, offline AI, no keys.
      --fresh forgets what an earlier run left in the data folder.
  cargo xtask test [--long] [--only PART,…] [--keep-going]
      All tests; installs what they need, if missing. Ends with `N passed, N failed`.
  cargo xtask demo [--articles N]
      From a keyword file to posts on a real WordPress, by itself.
  cargo xtask generate
      Writes the files that are generated from code and checked in.
  cargo xtask tidy
      Checks the house rules: arrows, sizes, names, generated files.
  cargo xtask bench [--only tasks|peers] [--release] [--quick]
      Measures, and writes docs/BENCHMARKS.md; with --release by the programs that are shipped.
      The tasks stand beside Celery with Redis. `--only peers`, which is done only when it is named:
      documents beside Hocuspocus, y-websocket's server, y-sweet and a bare floor; with --quick it
      shows in minutes that all of them can be measured, and writes nothing. What is missing is
      installed.
  cargo xtask simulate [--seed S] [--lives N] [--replay FILE]
      Whole lives of the actors on virtual time, with every kind of fault. A life that fails is
      shrunk and written to a file. Ends with one line of JSON.
";

fn main() -> ExitCode {
    let mut arguments = Arguments::from_environment();
    process::watch_signals();
    let outcome = match arguments.command().as_deref() {
        Some("run") => run::run(arguments).map(|()| ExitCode::SUCCESS),
        Some("test") => test::test(arguments),
        Some("demo") => demo::demo(arguments).map(|()| ExitCode::SUCCESS),
        Some("generate") => generate::generate(arguments).map(|()| ExitCode::SUCCESS),
        Some("tidy") => tidy::tidy(arguments),
        Some("simulate") => simulate::simulate(arguments),
        Some("bench") => bench::bench(arguments).map(|()| ExitCode::SUCCESS),
        Some("help" | "--help" | "-h") => {
            print!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        _ => {
            eprint!("{USAGE}");
            Ok(ExitCode::from(2))
        }
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
