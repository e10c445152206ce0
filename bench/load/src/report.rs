//! Figures, each beside its references, as a table for people and as JSON for programs.

use anyhow::Result;
use serde::Serialize;

/// One measured value.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    scenario: &'static str,
    what: String,
    value: f64,
    unit: &'static str,
    beside: Vec<Beside>,
}

/// What the value is compared with; in the same unit, of the same run.
#[derive(Debug, Serialize)]
struct Beside {
    what: String,
    value: f64,
    ratio: f64,
}

impl Figure {
    /// A value that stands alone so far.
    pub(crate) fn new(
        scenario: &'static str,
        what: impl Into<String>,
        value: f64,
        unit: &'static str,
    ) -> Self {
        Self { scenario, what: what.into(), value, unit, beside: Vec::new() }
    }

    /// Puts it beside another value of the same unit.
    pub(crate) fn beside(mut self, what: impl Into<String>, value: f64) -> Self {
        self.beside.push(Beside { what: what.into(), value, ratio: self.value / value });
        self
    }

    fn rows(&self) -> Vec<String> {
        let own = format!("{} | {} | {}", self.scenario, self.what, number(self.value, self.unit));
        if self.beside.is_empty() {
            return vec![format!("| {own} | | | |")];
        }
        let row = |(index, beside): (usize, &Beside)| {
            let own = if index == 0 { own.as_str() } else { "| |" };
            let value = number(beside.value, self.unit);
            format!("| {own} | {} | {value} | {} |", beside.what, digits(beside.ratio))
        };
        self.beside.iter().enumerate().map(row).collect()
    }
}

/// Three digits are more than the machine deserves.
fn digits(value: f64) -> String {
    let size = if value == 0.0 { 0.0 } else { value.abs().log10().floor() };
    let decimals = (2.0 - size).clamp(0.0, 6.0) as usize;
    format!("{value:.decimals$}")
}

fn number(value: f64, unit: &str) -> String {
    format!("{} {unit}", digits(value))
}

/// All figures of a run.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    figures: Vec<Figure>,
}

impl Report {
    /// Takes a scenario's figures.
    pub(crate) fn add(&mut self, figures: Vec<Figure>) {
        self.figures.extend(figures);
    }

    /// As a table.
    pub(crate) fn markdown(&self) -> String {
        let head = ["| | | | beside | | ratio |", "|---|---|---:|---|---:|---:|"];
        let rows = self.figures.iter().flat_map(Figure::rows);
        head.into_iter().map(str::to_owned).chain(rows).collect::<Vec<_>>().join("\n")
    }

    /// As one object on one line.
    pub(crate) fn json(&self) -> Result<String> {
        Ok(serde_json::to_string(self)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_has_a_row_for_each_thing_beside_it() {
        let mut report = Report::default();
        let figure = Figure::new("edit", "p50", 3.0, "ms").beside("sync", 2.0).beside("ping", 0.5);
        report.add(vec![figure, Figure::new("import", "rows", 1234.4, "rows/s")]);
        let table = report.markdown();
        let rows: Vec<_> = table.lines().skip(2).collect();
        assert_eq!(
            rows,
            [
                "| edit | p50 | 3.00 ms | sync | 2.00 ms | 1.50 |",
                "| | | | ping | 0.500 ms | 6.00 |",
                "| import | rows | 1234 rows/s | | | |",
            ]
        );
        assert_eq!(
            ["0.00106", "0.00", "812"].map(str::to_owned),
            [0.001_06, 0.0, 811.8].map(digits)
        );
        assert!(rows.iter().all(|row| row.matches('|').count() == 7));
    }
}
