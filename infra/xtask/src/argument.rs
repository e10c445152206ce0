//! The command line of the tasks: flags, options with values, and an error for the rest.

use anyhow::{Context, Result, bail};
use std::str::FromStr;

/// What was typed and not yet asked for.
pub(crate) struct Arguments(Vec<String>);

impl Arguments {
    pub(crate) fn from_environment() -> Self {
        Self(std::env::args().skip(1).collect())
    }

    /// The first word, which names the task.
    pub(crate) fn command(&mut self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.remove(0))
    }

    /// True if the flag was given.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|argument| argument != name);
        self.0.len() < before
    }

    /// The value of an option: `--name value` or `--name=value`.
    pub(crate) fn option<T: FromStr>(&mut self, name: &str) -> Result<Option<T>> {
        let Some(text) = self.take(name)? else { return Ok(None) };
        match text.parse() {
            Ok(value) => Ok(Some(value)),
            Err(_) => bail!("{name} cannot be {text:?}"),
        }
    }

    fn take(&mut self, name: &str) -> Result<Option<String>> {
        let joined = format!("{name}=");
        if let Some(at) = self.0.iter().position(|argument| argument.starts_with(&joined)) {
            return Ok(Some(self.0.remove(at).split_off(joined.len())));
        }
        let Some(at) = self.0.iter().position(|argument| argument == name) else {
            return Ok(None);
        };
        self.0.remove(at);
        if at >= self.0.len() {
            bail!("{name} needs a value");
        }
        Ok(Some(self.0.remove(at)))
    }

    /// An error if something was typed that nobody asked for.
    pub(crate) fn end(self) -> Result<()> {
        let rest = self.0.join(" ");
        rest.is_empty()
            .then_some(())
            .with_context(|| format!("unknown argument: {rest} (see `cargo xtask help`)"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Arguments {
        Arguments(text.split_whitespace().map(str::to_owned).collect())
    }

    #[test]
    fn options_come_in_both_spellings() {
        let mut arguments = typed("run --port 81 --data-dir=x --fresh");
        assert_eq!(arguments.command().as_deref(), Some("run"));
        assert_eq!(arguments.option::<u16>("--port").unwrap(), Some(81));
        assert_eq!(arguments.option::<String>("--data-dir").unwrap().as_deref(), Some("x"));
        assert!(arguments.flag("--fresh") && !arguments.flag("--fresh"));
        assert!(arguments.end().is_ok());
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        assert!(typed("--port x").option::<u16>("--port").is_err());
        assert!(typed("--port").option::<u16>("--port").is_err());
        assert!(typed("--prot 8").end().is_err());
    }
}
