//! Markdown. What Markdown has no sign for is written as the HTML our reader knows (`<u>`), or
//! left out (comments, the size of an image).

use std::fmt::Write;

use super::tree::{Block, ContentTree, Inline, LinkAttributes, ListItem, Mark, TableRow};

impl ContentTree {
    /// Markdown that reads back as the same content.
    pub fn to_markdown(&self) -> String {
        let text = blocks(self.published_blocks());
        if text.is_empty() { text } else { text + "\n" }
    }
}

/// A comment our reader drops. It stands where an empty paragraph must (before what follows it in
/// a list item), and between two lists.
const NOTHING: &str = "<!-- -->";

fn is_empty(block: &Block) -> bool {
    matches!(block, Block::Paragraph { content } if content.is_empty())
}

/// Blocks apart by an empty line. Two lists of one kind in a row would read as one.
fn blocks(blocks: &[Block]) -> String {
    let mut text = String::new();
    let mut previous: Option<&Block> = None;
    for current in blocks {
        if let Some(previous) = previous {
            text.push_str("\n\n");
            if same_list(previous, current) {
                text.push_str(NOTHING);
                text.push_str("\n\n");
            }
        }
        let holds_place = is_empty(current) && previous.is_none() && blocks.len() > 1;
        text.push_str(if holds_place { NOTHING } else { "" });
        text.push_str(&block(current));
        previous = Some(current);
    }
    text
}

fn same_list(a: &Block, b: &Block) -> bool {
    matches!(
        (a, b),
        (Block::BulletList { .. }, Block::BulletList { .. })
            | (Block::OrderedList { .. }, Block::OrderedList { .. })
    )
}

fn block(block: &Block) -> String {
    match block {
        Block::Heading { level, content } => heading(*level, &inlines(content, false)),
        Block::Paragraph { content } => inlines(content, true),
        Block::BulletList { items } => list(items, |_| "- ".to_owned()),
        Block::OrderedList { start, items } => {
            list(items, |index| format!("{}. ", u64::from(*start) + index))
        }
        Block::Blockquote { blocks: inner } => prefixed(&blocks(inner), "> ", "> "),
        Block::CodeBlock { language, text } => code(language.as_deref().unwrap_or_default(), text),
        Block::HorizontalRule => "---".to_owned(),
        Block::Image(image) => {
            let alt = escape(image.alt.as_deref().unwrap_or_default());
            format!("![{alt}]({})", target(&image.src, image.title.as_deref()))
        }
        Block::Table { rows } => table(rows),
    }
}

/// A number sign at the end would be taken for the closing of the heading.
fn heading(level: u8, text: &str) -> String {
    let text = match text.strip_suffix('#') {
        Some(before) if !before.ends_with('\\') => format!("{before}\\#"),
        _ => text.to_owned(),
    };
    format!("{} {text}", "#".repeat(usize::from(level))).trim_end().to_owned()
}

fn list(items: &[ListItem], marker: impl Fn(u64) -> String) -> String {
    let tight = items.iter().all(|item| {
        let paragraphs =
            item.blocks.iter().filter(|b| matches!(b, Block::Paragraph { .. })).count();
        paragraphs <= 1
    });
    let texts = (0..).zip(items).map(|(index, item)| {
        let marker = marker(index);
        let body = if tight && only_lists_follow(item) {
            item.blocks.iter().map(block).collect::<Vec<_>>().join("\n")
        } else {
            blocks(&item.blocks)
        };
        prefixed(&body, &marker, &" ".repeat(marker.len())).trim_end().to_owned()
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// Without an empty line only a bullet list can follow the first paragraph: a numbered one is a
/// list there only if it begins with 1.
fn only_lists_follow(item: &ListItem) -> bool {
    match item.blocks.split_first() {
        Some((Block::Paragraph { content }, rest)) => {
            !content.is_empty()
                && rest.len() <= 1
                && rest.iter().all(|block| {
                    matches!(block, Block::BulletList { .. } | Block::OrderedList { start: 1, .. })
                })
        }
        _ => false,
    }
}

fn prefixed(text: &str, first: &str, rest: &str) -> String {
    let lines = text.split('\n').enumerate().map(|(index, line)| {
        let prefix = if index == 0 { first } else { rest };
        if line.is_empty() { prefix.trim_end().to_owned() } else { format!("{prefix}{line}") }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn code(language: &str, text: &str) -> String {
    // A fence of backticks cannot name a language that holds one.
    let sign = if language.contains('`') { '~' } else { '`' };
    let fence = sign.to_string().repeat(longest_run(text, sign).max(2) + 1);
    let end = if text.is_empty() { "" } else { "\n" };
    format!("{fence}{language}\n{text}{end}{fence}")
}

fn longest_run(text: &str, sign: char) -> usize {
    text.split(|c| c != sign).map(str::len).max().unwrap_or_default()
}

/// Tables hold one line per cell; the first row is the head, as Markdown wants it.
fn table(rows: &[TableRow]) -> String {
    let columns = rows.iter().map(|row| row.cells.len()).max().unwrap_or(1).max(1);
    let mut lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let mut line = "|".to_owned();
            for column in 0..columns {
                let cell = row.cells.get(column).map(|cell| cell_text(&cell.blocks));
                let _ = write!(line, " {} |", cell.unwrap_or_default());
            }
            line
        })
        .collect();
    lines.insert(1.min(lines.len()), format!("|{}", " --- |".repeat(columns)));
    lines.join("\n")
}

fn cell_text(cells: &[Block]) -> String {
    cells
        .iter()
        .map(|block| match block {
            Block::Paragraph { content } | Block::Heading { content, .. } => {
                inlines(content, false)
            }
            Block::Image(_) => self::block(block),
            other => escape(&ContentTree { blocks: vec![other.clone()] }.to_plain_text()),
        })
        .collect::<Vec<_>>()
        .join("<br>")
        .replace('\n', "<br>")
        // Bars that are escaped already, and those in code and addresses, which are not.
        .replace("\\|", "|")
        .replace('|', "\\|")
}

/// The text of a line. Signs are used where they read back as what they stand for; where they
/// would not (`**a.**b` is no bold), the whole line uses tags.
fn inlines(content: &[Inline], breaks: bool) -> String {
    let content = without_edge_breaks(content);
    let signs = render(content, breaks, Style::Signs);
    let wanted = plain_paragraph(content);
    let read = ContentTree::from_markdown(&signs);
    let same =
        matches!(read.blocks.as_slice(), [Block::Paragraph { content }] if *content == wanted);
    if same || content.is_empty() { signs } else { render(content, breaks, Style::Tags) }
}

fn without_edge_breaks(content: &[Inline]) -> &[Inline] {
    let text = |inline: &Inline| *inline != Inline::HardBreak;
    let from = content.iter().position(text).unwrap_or(content.len());
    let to = content.iter().rposition(text).map_or(from, |last| last + 1);
    &content[from..to]
}

/// The content as far as Markdown can hold it: without comments, equal neighbours joined.
fn plain_paragraph(content: &[Inline]) -> Vec<Inline> {
    let mut plain: Vec<Inline> = Vec::new();
    for inline in content {
        let Inline::Text { text, marks } = inline else {
            plain.push(Inline::HardBreak);
            continue;
        };
        let mut marks = marks.clone();
        marks.retain(|mark| !matches!(mark, Mark::Comment { .. }));
        match plain.last_mut() {
            Some(Inline::Text { text: last, marks: same }) if *same == marks => last.push_str(text),
            _ => plain.push(Inline::Text { text: text.clone(), marks }),
        }
    }
    plain
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Style {
    Signs,
    Tags,
}

/// Each mark is opened where it begins and closed where it ends.
fn render(content: &[Inline], breaks: bool, style: Style) -> String {
    let mut line = Line { text: String::new(), open: Vec::new(), style };
    for (index, inline) in content.iter().enumerate() {
        let marks = match inline {
            Inline::Text { marks, .. } => ordered(marks),
            // A mark goes on over a break only if the text behind it carries it too.
            Inline::HardBreak => match content.get(index + 1) {
                Some(Inline::Text { marks, .. }) => ordered(marks),
                _ => Vec::new(),
            },
        };
        let shared = line.open.iter().zip(&marks).take_while(|(a, b)| a == b).count();
        line.close(shared);
        match inline {
            Inline::HardBreak if breaks && breaks_line(content, index) => {
                line.text.push_str("\\\n");
            }
            Inline::HardBreak => line.text.push_str("<br>"),
            Inline::Text { text, .. } => line.push(text, &marks),
        }
    }
    line.close(0);
    protect_starts(&line.text)
}

/// A backslash breaks the line only between two pieces of text.
fn breaks_line(content: &[Inline], index: usize) -> bool {
    let is_text = |inline: Option<&Inline>| matches!(inline, Some(Inline::Text { text, .. }) if !text.starts_with(' '));
    index > 0 && is_text(content.get(index - 1)) && is_text(content.get(index + 1))
}

/// The outermost first: links hold the rest, code holds nothing.
fn ordered(marks: &[Mark]) -> Vec<&Mark> {
    let rank = |mark: &Mark| match mark {
        Mark::Link(_) => 0,
        Mark::Underline => 1,
        Mark::Bold => 2,
        Mark::Italic => 3,
        Mark::Strike => 4,
        Mark::Code => 5,
        Mark::Comment { .. } => 6,
    };
    let mut marks: Vec<&Mark> =
        marks.iter().filter(|mark| !matches!(mark, Mark::Comment { .. })).collect();
    marks.sort_by_key(|mark| rank(mark));
    marks
}

/// A line being written.
struct Line<'a> {
    text: String,
    open: Vec<&'a Mark>,
    style: Style,
}

impl<'a> Line<'a> {
    /// Spaces at the edge of a mark stay outside it: `** a**` would be no mark.
    fn push(&mut self, piece: &str, marks: &[&'a Mark]) {
        if marks.contains(&&Mark::Code) {
            self.open_all(&marks[..marks.len() - 1]);
            self.text.push_str(&code_span(piece));
            return;
        }
        let inner = if marks.len() > self.open.len() { piece.trim_start() } else { piece };
        self.text.push_str(&piece[..piece.len() - inner.len()]);
        if !inner.is_empty() {
            self.open_all(marks);
            self.text.push_str(&escape(inner));
        }
    }

    fn open_all(&mut self, marks: &[&'a Mark]) {
        for mark in marks.iter().skip(self.open.len()) {
            self.text.push_str(opening(mark, self.style));
            self.open.push(mark);
        }
    }

    fn close(&mut self, keep: usize) {
        if self.open.len() <= keep {
            return;
        }
        let spaces = self.text.split_off(self.text.trim_end_matches(' ').len());
        for mark in self.open.split_off(keep).into_iter().rev() {
            self.text.push_str(&closing(mark, self.style));
        }
        self.text.push_str(&spaces);
    }
}

fn opening(mark: &Mark, style: Style) -> &'static str {
    match (mark, style) {
        (Mark::Bold, Style::Signs) => "**",
        (Mark::Bold, Style::Tags) => "<strong>",
        (Mark::Italic, Style::Signs) => "*",
        (Mark::Italic, Style::Tags) => "<em>",
        (Mark::Strike, Style::Signs) => "~~",
        (Mark::Strike, Style::Tags) => "<s>",
        (Mark::Underline, _) => "<u>",
        (Mark::Link(_), _) => "[",
        (Mark::Code | Mark::Comment { .. }, _) => "",
    }
}

fn closing(mark: &Mark, style: Style) -> String {
    match mark {
        Mark::Link(link) => link_end(link),
        other => opening(other, style).replace('<', "</"),
    }
}

fn link_end(link: &LinkAttributes) -> String {
    format!("]({})", target(&link.href, link.title.as_deref()))
}

fn target(url: &str, title: Option<&str>) -> String {
    let plain = !url.is_empty() && !url.contains([' ', '(', ')', '<', '>', '\\']);
    let url = url.replace('\\', "%5C").replace('<', "%3C").replace('>', "%3E").replace('\n', "");
    let url = if plain { url } else { format!("<{url}>") };
    match title {
        Some(title) => {
            format!(
                "{url} \"{}\"",
                title.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " ")
            )
        }
        None => url,
    }
}

fn code_span(text: &str) -> String {
    let text = text.replace('\n', " ");
    let fence = "`".repeat(longest_run(&text, '`') + 1);
    let edge = text.starts_with('`') || text.ends_with('`');
    let blank = text.trim().is_empty();
    let padded = !blank && text.starts_with(' ') && text.ends_with(' ');
    let space = if edge || padded { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// Signs that would mean something are written with a backslash.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '*' | '_' | '`' | '[' | ']' | '<' | '>' | '&' | '~' | '|' | '!') {
            escaped.push('\\');
        }
        escaped.push(if c == '\n' { ' ' } else { c });
    }
    escaped
}

/// At the start of a line a few more signs would begin a block.
fn protect_starts(text: &str) -> String {
    let lines = text.split('\n').map(|line| {
        let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let after = line[digits..].chars().next();
        if digits > 0 && matches!(after, Some('.' | ')')) {
            return format!("{}\\{}", &line[..digits], &line[digits..]);
        }
        if line.starts_with(['#', '+', '-', '=', ':']) {
            format!("\\{line}")
        } else {
            line.to_owned()
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}
