//! The chart: a panel for each of the chosen figures, a bar for each server. Its colours follow the
//! reader's, light or dark.

use super::{Report, digits};
use crate::peer::Peer;
use crate::scenario::{SCENARIOS, Work};
use std::fmt::Write;

/// What is drawn: the scenario, its figure, and which way is better.
const CHOSEN: &[(&str, &str, &str)] = &[
    ("crowd", "p99", "shorter is better"),
    ("documents", "p99", "shorter is better"),
    ("rate-100", "deliveries/s", "longer is better"),
    ("rate-500", "deliveries/s", "longer is better"),
    ("idle", "each when all are there", "shorter is better"),
    ("replay", "updates/s", "longer is better"),
];

const COLUMNS: usize = 2;
const PANEL_WIDTH: usize = 480;
const ROW: usize = 22;
/// Room above a panel's bars.
const HEAD: usize = 54;
/// Room for the servers' names.
const NAMES: usize = 104;
/// The longest bar; its value stands behind it.
const BAR_MAX: f64 = 270.0;

const STYLE: &str = "\
.ground { fill: #ffffff; }
text { font: 13px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; } .hint { font-size: 11px; fill: #59636e; }
.bar { fill: #8c959f; } .ours { fill: #0969da; }
@media (prefers-color-scheme: dark) {
.ground { fill: #0d1117; }
text { fill: #f0f6fc; } .hint { fill: #9198a1; } .bar { fill: #656c76; } .ours { fill: #4493f8; }
}";

/// Draws it.
pub(crate) fn chart(report: &Report) -> String {
    let height = HEAD + ROW * report.peers.len() + 16;
    let (wide, high) = (COLUMNS * PANEL_WIDTH, height * CHOSEN.len().div_ceil(COLUMNS));
    let mut drawn = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {wide} {high}\" role=\"img\">\n\
         <title>The same work with each server</title>\n<style>{STYLE}</style>\n\
         <rect class=\"ground\" width=\"{wide}\" height=\"{high}\"/>\n"
    );
    for (index, (scenario, figure, hint)) in CHOSEN.iter().enumerate() {
        let (x, y) = (index % COLUMNS * PANEL_WIDTH, index / COLUMNS * height);
        let _ = writeln!(drawn, "<g transform=\"translate({x} {y})\">");
        panel(&mut drawn, report, scenario, figure, hint);
        drawn.push_str("</g>\n");
    }
    drawn.push_str("</svg>\n");
    drawn
}

fn panel(drawn: &mut String, report: &Report, scenario: &str, name: &str, hint: &str) {
    let Some(scenario) = SCENARIOS.iter().find(|known| known.name == scenario) else { return };
    // Relaying a session is no work beside applying it: the floor would hide the others.
    let is_drawn = |peer: Peer| peer.holds_documents() || !matches!(scenario.work, Work::Replay);
    let of = |peer| report.figure(scenario, peer, name).filter(|_| is_drawn(peer));
    let values = report.peers.iter().filter_map(|(peer, _)| of(*peer)?.value);
    let longest = values.fold(f64::MIN_POSITIVE, f64::max);
    let _ = writeln!(
        drawn,
        "<text class=\"title\" x=\"8\" y=\"22\">{}</text>\n\
         <text class=\"hint\" x=\"8\" y=\"40\">{name}; {hint}</text>",
        scenario.title
    );
    for (row, (peer, _)) in report.peers.iter().enumerate() {
        let y = HEAD + row * ROW;
        let line = y + 12;
        let _ = writeln!(drawn, "<text x=\"8\" y=\"{line}\">{}</text>", peer.name());
        let Some((figure, value)) = of(*peer).and_then(|figure| Some((figure, figure.value?)))
        else {
            let _ = writeln!(drawn, "<text class=\"hint\" x=\"{NAMES}\" y=\"{line}\">–</text>");
            continue;
        };
        let length = (value / longest * BAR_MAX).max(1.0);
        let class = if *peer == Peer::Igny8 { "bar ours" } else { "bar" };
        let _ = writeln!(
            drawn,
            "<rect class=\"{class}\" x=\"{NAMES}\" y=\"{y}\" width=\"{length:.1}\" height=\"16\" \
             rx=\"2\"/>\n<text x=\"{:.1}\" y=\"{line}\">{}</text>",
            NAMES as f64 + length + 6.0,
            digits(value, figure.unit)
        );
    }
}
