//! Which part of an unfinished text already means what it will mean? Found by trial: the text is
//! read as it is and with each of a handful of continuations, and what all readings share is
//! certain. No second Markdown parser has to agree with the first.
//!
//! Should a continuation be missing from the list, the writer notices when the block ends and
//! takes its own characters back; so a gap here costs a flicker, never a wrong article.

use crate::content::markdown_in::{last_item, nodes_of};
use crate::node::{Child, Node, Run, push_run};
use crate::schema;

/// Longest HTML entity that is waited for ("&CounterClockwiseContourIntegral;").
const ENTITY_BYTES_MAX: usize = 34;

/// Longest tag that is waited for; an opening bracket that is none must not stop the run.
const TAG_BYTES_MAX: usize = 256;

/// The nodes of `text` that no continuation changes, except by adding to their right edge.
pub(crate) fn stable(text: &str) -> Vec<Child> {
    let mut certain = in_long_list(text).unwrap_or_else(|| shared_by_all(text));
    prune(&mut certain);
    certain
}

/// In a list only the last item is tried: the ones before it are complete, and a list of a
/// thousand items must not be read thirty times for each word.
fn in_long_list(text: &str) -> Option<Vec<Child>> {
    let (from, count) = last_item(text)?;
    let mut whole = nodes_of(text);
    let Child::Element(list) = whole.last_mut()? else { return None };
    let before = list.children.len().checked_sub(count)?;
    let alone = nodes_of(&text[from..]);
    let agrees = matches!(alone.as_slice(), [Child::Element(tail)]
        if tail.tag == list.tag && tail.children == list.children[before..]);
    if !agrees {
        return None;
    }
    let tag = list.tag.clone();
    list.children.truncate(before);
    let mut rest = shared_by_all(&text[from..]).into_iter();
    match rest.next() {
        Some(Child::Element(tail)) if tail.tag == tag => list.children.extend(tail.children),
        _ => return Some(whole),
    }
    whole.extend(rest);
    Some(whole)
}

fn shared_by_all(text: &str) -> Vec<Child> {
    let mut certain = nodes_of(text);
    let in_code = ends_in_code(&certain);
    let mut cut = text.len();
    if !in_code {
        cut = cut.min(before_table(text)).min(before_entity(text)).min(before_tag(text));
    }
    if cut < text.len() {
        certain = common(&certain, &nodes_of(&text[..cut]));
    }
    let shown = &text[..cut];
    for ending in endings(shown, in_code) {
        if certain.is_empty() {
            break;
        }
        certain = common(&certain, &nodes_of(&format!("{shown}{ending}")));
    }
    certain
}

fn ends_in_code(nodes: &[Child]) -> bool {
    match nodes.last() {
        Some(Child::Element(node)) => node.tag == "codeBlock" || ends_in_code(&node.children),
        _ => false,
    }
}

/// A line with a bar may turn out to be the head of a table, which is written only when complete.
fn before_table(text: &str) -> usize {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let last_from = body.rfind('\n').map_or(0, |at| at + 1);
    let last = &body[last_from..];
    let previous_from = body[..last_from.saturating_sub(1)].rfind('\n').map_or(0, |at| at + 1);
    let previous = &body[previous_from..last_from];
    let may_underline = !last.chars().any(char::is_alphanumeric) && last.contains(['-', '|', ':']);
    if may_underline
        && !previous.trim().is_empty()
        && (previous.contains('|') || last.contains('|'))
    {
        previous_from
    } else if last.contains('|') {
        last_from
    } else {
        text.len()
    }
}

fn before_entity(text: &str) -> usize {
    match text.rfind('&') {
        Some(at)
            if text.len() - at <= ENTITY_BYTES_MAX
                && text[at + 1..].chars().all(|c| c.is_ascii_alphanumeric() || c == '#') =>
        {
            at
        }
        _ => text.len(),
    }
}

/// A tag, a comment or an address in angle brackets is waited for; "a < b" is not.
fn before_tag(text: &str) -> usize {
    match text.rfind('<') {
        Some(at)
            if text.len() - at <= TAG_BYTES_MAX
                && !text[at..].contains('>')
                && !text[at + 1..].starts_with(char::is_whitespace) =>
        {
            at
        }
        _ => text.len(),
    }
}

/// Continuations that could give the end of `text` another meaning.
fn endings(text: &str, in_code: bool) -> Vec<&'static str> {
    let line = text.rsplit('\n').next().unwrap_or_default();
    let mut endings = vec!["x"];
    if in_code {
        if !line.contains(char::is_alphanumeric) {
            endings.extend(["`", "``", "```", "~", "~~", "~~~", " x", "\n```", "\n~~~"]);
        }
        return endings;
    }
    endings.extend([" x"]);
    if !line.contains(char::is_alphabetic) {
        endings.extend([
            ". x", ") x", "- x", "--", "**", "__", "# x", "`", "``", "```\nx", "~~", "> x", "\nx",
        ]);
    }
    let paragraph = text.trim_end_matches('\n').rsplit("\n\n").next().unwrap_or_default();
    let signs: [(char, &[&'static str]); 6] = [
        ('*', &["*", "**", "*x", "x*", "x**", "x***", "x**y*"]),
        ('_', &["_", "__", "_x", "x_", "x__", "x___"]),
        ('~', &["~", "~~", "x~", "x~~"]),
        ('`', &["`", "``", "x`", "x``", "x```", "```"]),
        ('<', &[">", "x>", "/>", "\">", "-->", "div>", " x>"]),
        ('\\', &["*", "\nx"]),
    ];
    for (sign, more) in signs {
        if paragraph.contains(sign) {
            endings.extend(more);
        }
    }
    if paragraph.contains('[') || paragraph.ends_with('!') {
        endings.extend([
            "](u)", "x](u)", "(u)", "u)", ")", " \"t\")", "\")", "t\")", ">)", "[x](u)", "'t')",
            "')",
        ]);
    }
    endings
}

/// What two readings share: equal nodes, then the shared part of the first that differs.
pub(crate) fn common(a: &[Child], b: &[Child]) -> Vec<Child> {
    let mut shared = Vec::new();
    for (a, b) in a.iter().zip(b) {
        if a == b {
            shared.push(a.clone());
            continue;
        }
        match (a, b) {
            (Child::Element(a), Child::Element(b))
                if a.tag == b.tag && a.attributes == b.attributes =>
            {
                let children = common(&a.children, &b.children);
                shared.push(Child::Element(Node { children, ..a.clone() }));
            }
            (Child::Text(a), Child::Text(b)) => {
                let runs = common_runs(a, b);
                if !runs.is_empty() {
                    shared.push(Child::Text(runs));
                }
            }
            _ => {}
        }
        break;
    }
    shared
}

fn common_runs(a: &[Run], b: &[Run]) -> Vec<Run> {
    let mut shared = Vec::new();
    for (a, b) in a.iter().zip(b) {
        if a.marks != b.marks {
            break;
        }
        let same: usize = a
            .text
            .chars()
            .zip(b.text.chars())
            .take_while(|(a, b)| a == b)
            .map(|(c, _)| c.len_utf8())
            .sum();
        push_run(&mut shared, &a.text[..same], &a.marks);
        if same < a.text.len() || same < b.text.len() {
            break;
        }
    }
    shared
}

/// Takes from the right edge what is not yet a valid block: it enters with its first content.
fn prune(nodes: &mut Vec<Child>) {
    let Some(Child::Element(last)) = nodes.last_mut() else { return };
    prune(&mut last.children);
    let empty = last.children.is_empty();
    let unfinished = match last.tag.as_str() {
        "table" => true,
        "paragraph" | "heading" => empty,
        tag => empty && schema::needs_children(tag),
    };
    if unfinished {
        nodes.pop();
    }
}
