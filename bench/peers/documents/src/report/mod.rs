//! All figures of a run: as a table for people, as JSON for programs, as a chart.

mod chart;

use crate::peer::Peer;
use crate::scenario::Scenario;
use serde_json::{Value, json};
use std::fs;

pub(crate) use chart::chart;

/// A machine with a higher load average was not there for the measurement alone.
const LOAD_QUIET: f64 = 0.7;

/// One measured value.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    /// What it is.
    pub(crate) name: String,
    unit: &'static str,
    value: Option<f64>,
    note: Option<String>,
}

impl Figure {
    /// A value.
    pub(crate) fn new(name: impl Into<String>, unit: &'static str, value: f64) -> Self {
        Self { name: name.into(), unit, value: Some(value), note: None }
    }

    /// A value, if something was measured.
    pub(crate) fn of(name: &str, unit: &'static str, value: Option<f64>) -> Self {
        Self { name: name.to_owned(), unit, value, note: None }
    }

    /// What must be known beside it.
    pub(crate) fn because(mut self, note: String) -> Self {
        self.note = Some(note);
        self
    }

    fn text(&self) -> String {
        self.value.map_or_else(|| "–".to_owned(), |value| digits(value, self.unit))
    }
}

/// Three digits are more than the machine deserves.
fn digits(value: f64, unit: &str) -> String {
    let size = if value == 0.0 { 0.0 } else { value.abs().log10().floor() };
    let text = match value {
        _ if value >= 1e6 => format!("{:.2} M", value / 1e6),
        _ if value >= 1e4 => format!("{:.0},{:03.0}", (value / 1e3).floor(), value % 1e3),
        _ => format!("{value:.*}", (2.0 - size).clamp(0.0, 3.0) as usize),
    };
    if unit.is_empty() { text } else { format!("{text} {unit}") }
}

/// What one server did.
pub(crate) struct Outcome {
    /// The work.
    pub(crate) scenario: &'static Scenario,
    /// The server.
    pub(crate) peer: Peer,
    /// What was measured, or why it could not be.
    pub(crate) figures: Result<Vec<Figure>, String>,
}

/// A run.
pub(crate) struct Report {
    /// What took part, with its version.
    pub(crate) peers: Vec<(Peer, String)>,
    /// What came of it.
    pub(crate) outcomes: Vec<Outcome>,
    /// How it was measured, a sentence each.
    pub(crate) remarks: Vec<String>,
}

impl Report {
    /// The table, what must be known beside its figures, and how it was measured.
    pub(crate) fn markdown(&self) -> String {
        let mut lines: Vec<String> =
            self.remarks.iter().flat_map(|remark| [remark.clone(), String::new()]).collect();
        let heads =
            self.peers.iter().map(|(peer, version)| format!(" {} {version} |", peer.name()));
        lines.push(format!("| | |{}", heads.collect::<String>()));
        lines.push(format!("|---|---|{}", "---:|".repeat(self.peers.len())));
        for scenario in self.scenarios() {
            for (index, name) in self.names(scenario).iter().enumerate() {
                let title = if index == 0 { scenario.title } else { "" };
                let cells = self.peers.iter().map(|(peer, _)| {
                    let figure = self.figure(scenario, *peer, name);
                    let mark = figure.and_then(|figure| figure.note.as_ref()).map_or("", |_| " *");
                    let text = figure.map_or_else(|| "–".to_owned(), Figure::text);
                    format!(" {text}{mark} |")
                });
                lines.push(format!("| {title} | {name} |{}", cells.collect::<String>()));
            }
        }
        let notes = self.notes();
        if !notes.is_empty() {
            lines.push(String::new());
            lines.extend(notes);
        }
        lines.join("\n") + "\n"
    }

    /// The same for programs, on one line.
    pub(crate) fn json(&self) -> String {
        let outcomes = self.outcomes.iter().map(|outcome| {
            let figures = outcome.figures.as_ref().map(|figures| {
                let value = |figure: &Figure| {
                    json!({
                        "name": figure.name, "unit": figure.unit, "value": figure.value,
                        "note": figure.note,
                    })
                };
                figures.iter().map(value).collect::<Vec<Value>>()
            });
            json!({
                "scenario": outcome.scenario.name, "peer": outcome.peer.name(),
                "figures": figures.clone().unwrap_or_default(), "failure": figures.err(),
            })
        });
        json!({ "remarks": self.remarks, "outcomes": outcomes.collect::<Vec<Value>>() }).to_string()
    }

    /// Of which there is something to say, in the order in which they were done.
    fn scenarios(&self) -> Vec<&'static Scenario> {
        let mut scenarios: Vec<&'static Scenario> = Vec::new();
        for outcome in &self.outcomes {
            if !scenarios.iter().any(|known| known.name == outcome.scenario.name) {
                scenarios.push(outcome.scenario);
            }
        }
        scenarios
    }

    /// The figures' names that any server has; one row at the least.
    fn names(&self, scenario: &Scenario) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let figures = self.of(scenario).filter_map(|outcome| outcome.figures.as_ref().ok());
        for figure in figures.flatten() {
            if !names.contains(&figure.name) {
                names.push(figure.name.clone());
            }
        }
        if names.is_empty() { vec![String::new()] } else { names }
    }

    fn notes(&self) -> Vec<String> {
        let note = |outcome: &Outcome, what: &str, why: &str| {
            format!("- {}, {}{what}: {why}", outcome.scenario.title, outcome.peer.name())
        };
        let notes = self.outcomes.iter().flat_map(|outcome| match &outcome.figures {
            Ok(figures) => figures
                .iter()
                .filter_map(|figure| {
                    Some(note(outcome, &format!(" ({})", figure.name), figure.note.as_ref()?))
                })
                .collect::<Vec<_>>(),
            Err(why) => vec![note(outcome, ", not measured", why)],
        });
        notes.collect()
    }

    fn of<'a>(&'a self, scenario: &Scenario) -> impl Iterator<Item = &'a Outcome> {
        let name = scenario.name;
        self.outcomes.iter().filter(move |outcome| outcome.scenario.name == name)
    }

    fn figure(&self, scenario: &Scenario, peer: Peer, name: &str) -> Option<&Figure> {
        let outcome = self.of(scenario).find(|outcome| outcome.peer == peer)?;
        outcome.figures.as_ref().ok()?.iter().find(|figure| figure.name == name)
    }
}

/// The load average of the last minute.
pub(crate) fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|load| load.parse().ok()).unwrap_or(f64::NAN)
}

/// What the machine is, and whether it was there for the measurement alone.
pub(crate) fn machine(load_before: f64) -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("unknown", |line| line.trim_start_matches([':', ' ', '\t']));
    let cores = text.lines().filter(|line| line.starts_with("processor")).count();
    let quiet = load_before <= LOAD_QUIET;
    let verdict = if quiet {
        "The machine did nothing else before"
    } else {
        "**Provisional: others were at work on the machine, so that these figures are no verdicts**"
    };
    format!("{cores} cores of {model}. {verdict} (load average {load_before}).")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::SCENARIOS;

    fn report() -> Report {
        let outcome = |peer, figures| Outcome { scenario: &SCENARIOS[0], peer, figures };
        let rate = Figure::new("deliveries/s", "", 6_400_000.0).because("p99 120 ms".to_owned());
        Report {
            peers: vec![(Peer::Floor, "1".to_owned()), (Peer::Igny8, "2".to_owned())],
            outcomes: vec![
                outcome(Peer::Floor, Ok(vec![Figure::new("p50", "ms", 1.7), rate])),
                outcome(Peer::Igny8, Err("it ended".to_owned())),
            ],
            remarks: vec!["Two cores.".to_owned()],
        }
    }

    #[test]
    fn a_table_has_a_row_for_each_figure_and_a_column_for_each_server() {
        let text = report().markdown();
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(rows[0], "| | | floor 1 | IGNY8 2 |");
        assert!(rows[2].ends_with("| p50 | 1.70 ms | – |"), "{}", rows[2]);
        assert_eq!(rows[3], "|  | deliveries/s | 6.40 M * | – |");
        assert!(text.contains("IGNY8, not measured: it ended"));
        assert!(text.contains("floor (deliveries/s): p99 120 ms"));
    }

    #[test]
    fn numbers_have_three_digits() {
        let texts = [0.0123, 1.5, 250.4, 9_999.0, 163_402.0].map(|value| digits(value, ""));
        assert_eq!(texts, ["0.012", "1.50", "250", "9999", "163,402"]);
    }

    #[test]
    fn the_chart_has_a_bar_for_each_value() {
        let drawn = chart(&report());
        assert!(drawn.starts_with("<svg") && drawn.ends_with("</svg>\n"));
        // Of the first scenario the 99th percentile is drawn, which nobody has.
        assert_eq!(drawn.matches("class=\"bar").count(), 0);
        let mut more = report();
        let figures = vec![Figure::new("p99", "ms", 4.0)];
        more.outcomes[1].figures = Ok(figures);
        let drawn = chart(&more);
        assert_eq!(drawn.matches("class=\"bar ours\"").count(), 1);
        assert!(drawn.contains("4.00 ms"));
    }
}
