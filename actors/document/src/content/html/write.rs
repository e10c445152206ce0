//! HTML for reading: what a preview shows and a site without blocks stores. The text is escaped
//! as it is written, and the whole is then sanitised, so that neither layer has to be perfect.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use crate::content::image::ImageNode;
use crate::content::tree::{Block, ContentTree, Inline, LinkAttributes, Mark, TableCell, TableRow};

impl ContentTree {
    /// Sanitised HTML. Comment marks and trailing empty paragraphs are left out.
    pub fn to_html(&self) -> String {
        let mut html = String::new();
        write_blocks(&mut html, self.published_blocks());
        sanitise(&html)
    }

    /// The blocks without the empty paragraphs editors keep at the end to click into.
    pub(crate) fn published_blocks(&self) -> &[Block] {
        let empty =
            |block: &Block| matches!(block, Block::Paragraph { content } if content.is_empty());
        let kept = self.blocks.iter().rposition(|block| !empty(block)).map_or(0, |last| last + 1);
        &self.blocks[..kept]
    }
}

fn sanitise(html: &str) -> String {
    ammonia::Builder::default()
        .tags(HashSet::from([
            "a",
            "blockquote",
            "br",
            "code",
            "em",
            "figure",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "hr",
            "img",
            "li",
            "ol",
            "p",
            "pre",
            "s",
            "strong",
            "table",
            "tbody",
            "td",
            "th",
            "thead",
            "tr",
            "u",
            "ul",
        ]))
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href", "target", "rel", "title"])),
            ("img", HashSet::from(["src", "alt", "title", "width", "height"])),
            ("ol", HashSet::from(["start"])),
            ("td", HashSet::from(["colspan", "rowspan"])),
            ("th", HashSet::from(["colspan", "rowspan"])),
        ]))
        .generic_attributes(HashSet::from(["class"]))
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .link_rel(None)
        .clean(html)
        .to_string()
}

fn write_blocks(html: &mut String, blocks: &[Block]) {
    blocks.iter().for_each(|block| write_block(html, block));
}

fn write_block(html: &mut String, block: &Block) {
    match block {
        Block::Heading { level, content } => {
            element(html, &format!("h{level}"), |html| write_inlines(html, content));
        }
        Block::Paragraph { content } => element(html, "p", |html| write_inlines(html, content)),
        Block::BulletList { items } => element(html, "ul", |html| {
            items
                .iter()
                .for_each(|item| element(html, "li", |html| write_item(html, &item.blocks)));
        }),
        Block::OrderedList { start, items } => {
            html.push_str(&ordered_list_tag(*start));
            items
                .iter()
                .for_each(|item| element(html, "li", |html| write_item(html, &item.blocks)));
            html.push_str("</ol>");
        }
        Block::Blockquote { blocks } => {
            element(html, "blockquote", |html| write_blocks(html, blocks));
        }
        Block::CodeBlock { language, text } => write_code(html, language.as_deref(), text),
        Block::HorizontalRule => html.push_str("<hr>"),
        Block::Image(image) => html.push_str(&image_tag(image, None)),
        Block::Table { rows } => write_table(html, rows),
    }
}

pub(crate) fn ordered_list_tag(start: u32) -> String {
    if start == 1 { "<ol>".to_owned() } else { format!("<ol start=\"{start}\">") }
}

/// An item with one paragraph is written without it: the list stays tight.
fn write_item(html: &mut String, blocks: &[Block]) {
    match blocks.split_first() {
        Some((Block::Paragraph { content }, rest)) if !rest.iter().any(is_paragraph) => {
            write_inlines(html, content);
            write_blocks(html, rest);
        }
        _ => write_blocks(html, blocks),
    }
}

fn is_paragraph(block: &Block) -> bool {
    matches!(block, Block::Paragraph { .. })
}

fn write_code(html: &mut String, language: Option<&str>, text: &str) {
    html.push_str("<pre><code");
    if let Some(language) = language {
        let _ = write!(html, " class=\"language-{}\"", escape(language));
    }
    let _ = write!(html, ">{}</code></pre>", escape(text));
}

/// Rows of heading cells at the top form the head.
pub(crate) fn write_table(html: &mut String, rows: &[TableRow]) {
    let head = rows.iter().take_while(|row| row.cells.iter().all(|cell| cell.header)).count();
    html.push_str("<table>");
    for (tag, rows) in [("thead", &rows[..head]), ("tbody", &rows[head..])] {
        if !rows.is_empty() {
            element(html, tag, |html| {
                for row in rows {
                    element(html, "tr", |html| {
                        row.cells.iter().for_each(|cell| write_cell(html, cell))
                    });
                }
            });
        }
    }
    html.push_str("</table>");
}

fn write_cell(html: &mut String, cell: &TableCell) {
    let tag = if cell.header { "th" } else { "td" };
    let _ = write!(html, "<{tag}");
    for (name, span) in [("colspan", cell.colspan), ("rowspan", cell.rowspan)] {
        if span != 1 {
            let _ = write!(html, " {name}=\"{span}\"");
        }
    }
    html.push('>');
    match &cell.blocks[..] {
        // An item begins with a paragraph in any case, a cell does not.
        [Block::Paragraph { content }, _, ..] if content.is_empty() => {
            write_blocks(html, &cell.blocks);
        }
        blocks => write_item(html, blocks),
    }
    let _ = write!(html, "</{tag}>");
}

fn element(html: &mut String, tag: &str, inside: impl FnOnce(&mut String)) {
    let _ = write!(html, "<{tag}>");
    inside(html);
    let _ = write!(html, "</{tag}>");
}

pub(crate) fn image_tag(image: &ImageNode, class: Option<&str>) -> String {
    let mut tag = format!("<img src=\"{}\"", escape(&image.src));
    let _ = write!(tag, " alt=\"{}\"", escape(image.alt.as_deref().unwrap_or_default()));
    if let Some(title) = &image.title {
        let _ = write!(tag, " title=\"{}\"", escape(title));
    }
    for (name, value) in [("width", image.width), ("height", image.height)] {
        if let Some(value) = value {
            let _ = write!(tag, " {name}=\"{value}\"");
        }
    }
    if let Some(class) = class {
        let _ = write!(tag, " class=\"{class}\"");
    }
    tag.push('>');
    tag
}

/// The inline content, marks nested in a fixed order so that equal content gives equal HTML.
pub(crate) fn write_inlines(html: &mut String, content: &[Inline]) {
    for inline in content {
        match inline {
            Inline::HardBreak => html.push_str("<br>"),
            Inline::Text { text, marks } => {
                let tags: Vec<(String, &str)> = marks.iter().filter_map(mark_tag).collect();
                tags.iter().for_each(|(open, _)| html.push_str(open));
                html.push_str(&escape(text));
                tags.iter().rev().for_each(|(_, close)| html.push_str(close));
            }
        }
    }
}

fn mark_tag(mark: &Mark) -> Option<(String, &'static str)> {
    let simple = |tag: &str| format!("<{tag}>");
    Some(match mark {
        Mark::Bold => (simple("strong"), "</strong>"),
        Mark::Code => (simple("code"), "</code>"),
        Mark::Comment { .. } => return None,
        Mark::Italic => (simple("em"), "</em>"),
        Mark::Link(link) => (link_tag(link), "</a>"),
        Mark::Strike => (simple("s"), "</s>"),
        Mark::Underline => (simple("u"), "</u>"),
    })
}

fn link_tag(link: &LinkAttributes) -> String {
    if !crate::schema::link_allowed(&link.href) {
        return "<a>".to_owned();
    }
    let mut tag = format!("<a href=\"{}\"", escape(&link.href));
    // A page opened in a new tab must not reach back into ours.
    let opener =
        link.target.as_deref().filter(|_| link.rel.is_none()).map(|_| "noopener".to_owned());
    let rel = link.rel.clone().or(opener);
    let others =
        [("target", &link.target), ("rel", &rel), ("class", &link.class), ("title", &link.title)];
    for (name, value) in others {
        if let Some(value) = value {
            let _ = write!(tag, " {name}=\"{}\"", escape(value));
        }
    }
    tag.push('>');
    tag
}

/// Text for HTML, in content and in quoted attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}
