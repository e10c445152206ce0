//! Kept states, comparisons and runs.

use super::author::made_by;
use igny8_actors_runtime::{
    Comparison, Fate, Line, LineKind, Piece, Replaced, RunSummary, Version, VersionCause,
};
use igny8_protocol_wire::rest::history as wire;
use igny8_protocol_wire::rest::writer::ContentReplaced;

pub(crate) fn version_view(version: Version) -> wire::VersionView {
    let Version { id, blob: _, at, words, cause, name, by } = version;
    let cause = match cause {
        VersionCause::Approved => wire::VersionCause::Approved,
        VersionCause::Named => wire::VersionCause::Named,
        VersionCause::Automatic => wire::VersionCause::Automatic,
        VersionCause::BeforeRestore => wire::VersionCause::BeforeRestore,
        VersionCause::BeforeReplace => wire::VersionCause::BeforeReplace,
    };
    wire::VersionView { id, at, words, cause, name, by }
}

pub(crate) fn content_replaced(replaced: Replaced) -> ContentReplaced {
    let Replaced { revision, words, changed, kept } = replaced;
    ContentReplaced { revision, words, changed, kept: kept.map(version_view) }
}

pub(crate) fn run_view(run: RunSummary) -> wire::RunView {
    let RunSummary { id, author, maker, client, ended_at, undone_at } = run;
    let (model, prompt) = maker.map(made_by).unzip();
    wire::RunView { id, author, model, prompt, client, ended_at, undone_at }
}

pub(crate) fn comparison(comparison: Comparison) -> wire::Comparison {
    let Comparison { lines, words_added, words_removed } = comparison;
    let lines = lines.into_iter().map(line).collect();
    wire::Comparison { lines, words_added, words_removed }
}

const fn fate(fate: Fate) -> wire::LineFate {
    match fate {
        Fate::Kept => wire::LineFate::Kept,
        Fate::Added => wire::LineFate::Added,
        Fate::Removed => wire::LineFate::Removed,
        Fate::Changed => wire::LineFate::Changed,
    }
}

fn line(line: Line) -> wire::ComparedLine {
    let (mut level, mut source) = (None, None);
    let kind = match line.kind {
        LineKind::Heading(of) => {
            level = Some(of);
            wire::LineKind::Heading
        }
        LineKind::Image(of) => {
            source = Some(of);
            wire::LineKind::Image
        }
        LineKind::Paragraph => wire::LineKind::Paragraph,
        LineKind::Bullet => wire::LineKind::Bullet,
        LineKind::Number => wire::LineKind::Number,
        LineKind::Code => wire::LineKind::Code,
        LineKind::Rule => wire::LineKind::Rule,
        LineKind::Cell => wire::LineKind::Cell,
    };
    let piece = |Piece { fate: of, text, marks }| wire::LinePiece { fate: fate(of), text, marks };
    let pieces = line.pieces.into_iter().map(piece).collect();
    wire::ComparedLine { fate: fate(line.fate), kind, level, source, depth: line.depth, pieces }
}
