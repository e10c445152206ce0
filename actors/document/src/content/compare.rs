//! What differs between two states of a document, for people: line by line, and within a line word
//! by word.

use crate::content::tree::{Block, ContentTree, Inline, Mark};
use crate::replace::{Stretch, stretches};
use serde::{Deserialize, Serialize};

/// Lines of one replaced stretch that are paired by how much they share; in longer stretches they
/// are paired in order, since each is compared with each.
const PAIRED_MAX: usize = 100;
/// Lines that share less of their words are two lines, one gone and one new.
const ALIKE_MIN: f32 = 0.3;

/// What became of a line or a piece of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    /// It is in both.
    Kept,
    /// It is in the later one alone.
    Added,
    /// It is in the earlier one alone.
    Removed,
    /// It is in both, with other pieces.
    Changed,
}

/// What a line is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LineKind {
    /// A heading of level 1 to 6.
    Heading(u8),
    /// A paragraph.
    Paragraph,
    /// An item of a list with bullets.
    Bullet,
    /// An item of a numbered list.
    Number,
    /// A line of code.
    Code,
    /// A rule across the page.
    Rule,
    /// An image: its source.
    Image(String),
    /// A cell of a table.
    Cell,
}

/// Text with the same marks and the same fate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// `Kept`, `Added` or `Removed`.
    pub fate: Fate,
    /// The characters; a break inside a block is `\n`.
    pub text: String,
    /// Names of its marks, such as `bold`.
    pub marks: Vec<String>,
}

/// A line of the comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What became of it.
    pub fate: Fate,
    /// What it is; of a changed one what it became.
    pub kind: LineKind,
    /// How many lists and quotations it stands in.
    pub depth: u8,
    /// Its text.
    pub pieces: Vec<Piece>,
}

/// Two states beside each other.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// All lines of both, in order.
    pub lines: Vec<Line>,
    /// Words that were added.
    pub words_added: u32,
    /// Words that were removed.
    pub words_removed: u32,
}

impl ContentTree {
    /// What changed from `before` to this. Costs what the two have in common, plus the product of
    /// what they have not within one stretch.
    pub fn compared_to(&self, before: &Self) -> Comparison {
        let (before, after) = (lines_of(before), lines_of(self));
        let mut comparison = Comparison::default();
        for Stretch { old, new, is_equal } in stretches(&before, &after) {
            if is_equal {
                let kept = before[old].iter();
                comparison.lines.extend(kept.map(|line| line.as_is(Fate::Kept)));
            } else {
                replaced(&mut comparison.lines, &before[old], &after[new]);
            }
        }
        let words = |fate| {
            let pieces = comparison.lines.iter().flat_map(|line| &line.pieces);
            let words =
                pieces.filter(|piece| piece.fate == fate).map(|piece| words_in(&piece.text));
            u32::try_from(words.sum::<usize>()).unwrap_or(u32::MAX)
        };
        let (words_added, words_removed) = (words(Fate::Added), words(Fate::Removed));
        Comparison { words_added, words_removed, ..comparison }
    }
}

fn words_in(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

/// A word, or what stands between two, with its marks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Token {
    text: String,
    marks: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Flat {
    kind: LineKind,
    depth: u8,
    tokens: Vec<Token>,
}

impl Flat {
    fn as_is(&self, fate: Fate) -> Line {
        let mut pieces = Vec::new();
        self.tokens.iter().for_each(|token| add(&mut pieces, fate, token));
        Line { fate, kind: self.kind.clone(), depth: self.depth, pieces }
    }

    /// How much of their words two lines share, from 0 to 1.
    fn alike(&self, other: &Self) -> f32 {
        let (own, theirs) = (self.tokens.len(), other.tokens.len());
        if own + theirs == 0 {
            return if self.kind == other.kind { 1.0 } else { 0.0 };
        }
        let both = stretches(&self.tokens, &other.tokens);
        let equal = both.iter().filter(|stretch| stretch.is_equal).map(|stretch| stretch.old.len());
        (2 * equal.sum::<usize>()) as f32 / (own + theirs) as f32
    }

    fn became(&self, after: &Self) -> Line {
        let mut pieces = Vec::new();
        for Stretch { old, new, is_equal } in stretches(&self.tokens, &after.tokens) {
            if !is_equal {
                self.tokens[old].iter().for_each(|token| add(&mut pieces, Fate::Removed, token));
            }
            let fate = if is_equal { Fate::Kept } else { Fate::Added };
            after.tokens[new].iter().for_each(|token| add(&mut pieces, fate, token));
        }
        Line { fate: Fate::Changed, kind: after.kind.clone(), depth: after.depth, pieces }
    }
}

fn add(pieces: &mut Vec<Piece>, fate: Fate, token: &Token) {
    if let Some(last) = pieces.last_mut()
        && last.fate == fate
        && last.marks == token.marks
    {
        return last.text.push_str(&token.text);
    }
    pieces.push(Piece { fate, text: token.text.clone(), marks: token.marks.clone() });
}

/// A stretch that differs: lines that share enough of their words are one that changed.
fn replaced(lines: &mut Vec<Line>, before: &[Flat], after: &[Flat]) {
    let mut next = 0;
    for line in after {
        match partner(line, &before[next..]) {
            Some(found) => {
                let gone = &before[next..next + found];
                lines.extend(gone.iter().map(|line| line.as_is(Fate::Removed)));
                lines.push(before[next + found].became(line));
                next += found + 1;
            }
            None => lines.push(line.as_is(Fate::Added)),
        }
    }
    lines.extend(before[next..].iter().map(|line| line.as_is(Fate::Removed)));
}

/// Which of the lines this one most likely was.
fn partner(line: &Flat, candidates: &[Flat]) -> Option<usize> {
    let near = &candidates[..candidates.len().min(PAIRED_MAX)];
    let alike = near.iter().map(|candidate| candidate.alike(line)).enumerate();
    let best = alike.reduce(|best, next| if next.1 > best.1 { next } else { best })?;
    (best.1 >= ALIKE_MIN).then_some(best.0)
}

fn lines_of(tree: &ContentTree) -> Vec<Flat> {
    let mut lines = Vec::new();
    flatten(&tree.blocks, 0, &mut lines);
    lines
}

fn flatten(blocks: &[Block], depth: u8, lines: &mut Vec<Flat>) {
    for block in blocks {
        flatten_block(block, depth, lines);
    }
}

fn flatten_block(block: &Block, depth: u8, lines: &mut Vec<Flat>) {
    let inner = depth.saturating_add(1);
    let mut line = |kind, tokens| lines.push(Flat { kind, depth, tokens });
    match block {
        Block::Heading { level, content } => line(LineKind::Heading(*level), cut(content)),
        Block::Paragraph { content } => line(LineKind::Paragraph, cut(content)),
        Block::BulletList { items } => {
            items
                .iter()
                .for_each(|item| flatten_item(LineKind::Bullet, &item.blocks, inner, lines));
        }
        Block::OrderedList { items, .. } => {
            items
                .iter()
                .for_each(|item| flatten_item(LineKind::Number, &item.blocks, inner, lines));
        }
        Block::Blockquote { blocks } => flatten(blocks, inner, lines),
        Block::CodeBlock { text, .. } => {
            text.lines().for_each(|text| line(LineKind::Code, words(text, &[])));
        }
        Block::HorizontalRule => line(LineKind::Rule, Vec::new()),
        Block::Image(image) => line(
            LineKind::Image(image.src.clone()),
            words(image.alt.as_deref().unwrap_or_default(), &[]),
        ),
        Block::Table { rows } => {
            for cell in rows.iter().flat_map(|row| &row.cells) {
                flatten_item(LineKind::Cell, &cell.blocks, depth, lines);
            }
        }
    }
}

/// The first paragraph of an item is the item's line.
fn flatten_item(kind: LineKind, blocks: &[Block], depth: u8, lines: &mut Vec<Flat>) {
    match blocks.split_first() {
        Some((Block::Paragraph { content }, rest)) => {
            lines.push(Flat { kind, depth, tokens: cut(content) });
            flatten(rest, depth, lines);
        }
        _ => flatten(blocks, depth, lines),
    }
}

fn cut(content: &[Inline]) -> Vec<Token> {
    let mut tokens = Vec::new();
    for inline in content {
        match inline {
            Inline::Text { text, marks } => {
                let marks: Vec<String> = marks.iter().filter_map(name).collect();
                tokens.extend(words(text, &marks));
            }
            Inline::HardBreak => tokens.extend(words("\n", &[])),
        }
    }
    tokens
}

/// A comment is no change of the text.
fn name(mark: &Mark) -> Option<String> {
    Some(match mark {
        Mark::Comment { .. } => return None,
        Mark::Bold => "bold".to_owned(),
        Mark::Code => "code".to_owned(),
        Mark::Italic => "italic".to_owned(),
        Mark::Link(link) => format!("link {}", link.href),
        Mark::Strike => "strike".to_owned(),
        Mark::Underline => "underline".to_owned(),
    })
}

fn words(text: &str, marks: &[String]) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut was_word = false;
    for character in text.chars() {
        let is_word = character.is_alphanumeric();
        match tokens.last_mut().filter(|_| is_word && was_word) {
            Some(last) => last.text.push(character),
            None => {
                tokens.push(Token { text: character.to_string(), marks: marks.to_vec() });
            }
        }
        was_word = is_word;
    }
    tokens
}
