//! WordPress block markup: HTML with the comments Gutenberg reads its blocks from. The site
//! filters it again by the rights of the user it publishes as.

use std::fmt::Write;

use super::html::write::{escape, image_tag, ordered_list_tag, write_inlines, write_table};
use super::image::ImageNode;
use super::tree::{Block, ContentTree, Inline, ListItem, TableRow};
use crate::schema;

impl ContentTree {
    /// Serialised blocks, as a post's content is stored.
    pub fn to_wordpress_blocks(&self) -> String {
        let mut out = String::new();
        write_blocks(&mut out, self.published_blocks());
        out.trim_end().to_owned()
    }
}

fn write_blocks(out: &mut String, blocks: &[Block]) {
    for block in blocks {
        write_block(out, block);
        out.push_str("\n\n");
    }
}

fn write_block(out: &mut String, block: &Block) {
    match block {
        Block::Heading { level, content } => {
            let attributes =
                if *level == 2 { String::new() } else { format!("{{\"level\":{level}}}") };
            let html =
                format!("<h{level} class=\"wp-block-heading\">{}</h{level}>", inlines(content));
            wrap(out, "heading", &attributes, &html);
        }
        Block::Paragraph { content } => {
            wrap(out, "paragraph", "", &format!("<p>{}</p>", inlines(content)));
        }
        Block::BulletList { items } => {
            let html = format!("<ul class=\"wp-block-list\">{}</ul>", list_items(items));
            wrap(out, "list", "", &html);
        }
        Block::OrderedList { start, items } => write_ordered(out, *start, items),
        Block::Blockquote { blocks } => {
            let mut inner = String::new();
            write_blocks(&mut inner, blocks);
            let html =
                format!("<blockquote class=\"wp-block-quote\">{}</blockquote>", inner.trim_end());
            wrap(out, "quote", "", &html);
        }
        Block::CodeBlock { text, .. } => {
            // Gutenberg would read shortcodes and its own comments inside code.
            let code = escape(text).replace('[', "&#91;");
            wrap(
                out,
                "code",
                "",
                &format!("<pre class=\"wp-block-code\"><code>{code}</code></pre>"),
            );
        }
        Block::HorizontalRule => wrap(
            out,
            "separator",
            "",
            "<hr class=\"wp-block-separator has-alpha-channel-opacity\"/>",
        ),
        Block::Image(image) => write_image(out, image),
        Block::Table { rows } => wrap(out, "table", "", &table(rows)),
    }
}

fn wrap(out: &mut String, name: &str, attributes: &str, html: &str) {
    let space = if attributes.is_empty() { "" } else { " " };
    let _ = write!(out, "<!-- wp:{name}{space}{attributes} -->\n{html}\n<!-- /wp:{name} -->");
}

fn inlines(content: &[Inline]) -> String {
    let mut html = String::new();
    write_inlines(&mut html, content);
    html
}

fn write_ordered(out: &mut String, start: u32, items: &[ListItem]) {
    let mut attributes = "{\"ordered\":true}".to_owned();
    if start != 1 {
        attributes = format!("{{\"ordered\":true,\"start\":{start}}}");
    }
    let open = ordered_list_tag(start).replace('>', " class=\"wp-block-list\">");
    wrap(out, "list", &attributes, &format!("{open}{}</ol>", list_items(items)));
}

/// A list item holds text and lists; other blocks in it follow as text lines, which is what
/// Gutenberg's list can show.
fn list_items(items: &[ListItem]) -> String {
    let mut html = String::new();
    for item in items {
        let mut inner = String::new();
        let mut first = true;
        for block in &item.blocks {
            match block {
                Block::BulletList { .. } | Block::OrderedList { .. } => {
                    write_block(&mut inner, block)
                }
                Block::Paragraph { content } => {
                    if !first {
                        inner.push_str("<br><br>");
                    }
                    write_inlines(&mut inner, content);
                }
                Block::Image(image) if schema::image_allowed(&image.src) => {
                    inner.push_str(&image_tag(image, None));
                }
                other => {
                    let tree = ContentTree { blocks: vec![other.clone()] };
                    let _ = write!(
                        inner,
                        "<br>{}",
                        escape(&tree.to_plain_text()).replace('\n', "<br>")
                    );
                }
            }
            first = false;
        }
        let _ = write!(html, "<!-- wp:list-item -->\n<li>{inner}</li>\n<!-- /wp:list-item -->");
    }
    html
}

fn write_image(out: &mut String, image: &ImageNode) {
    if !schema::image_allowed(&image.src) {
        return;
    }
    let mut attributes = Vec::new();
    if let Some(width) = image.width {
        attributes.push(format!("\"width\":\"{width}px\""));
    }
    if let Some(height) = image.height {
        attributes.push(format!("\"height\":\"{height}px\""));
    }
    let shown = ImageNode { width: None, height: None, ..image.clone() };
    let mut tag = image_tag(&shown, None).replace(">", "/>");
    let style: String = [("width", image.width), ("height", image.height)]
        .iter()
        .filter_map(|(name, value)| value.map(|value| format!("{name}:{value}px")))
        .collect::<Vec<_>>()
        .join(";");
    let mut class = "wp-block-image".to_owned();
    if !style.is_empty() {
        tag = tag.replace("/>", &format!(" style=\"{style}\"/>"));
        class.push_str(" is-resized");
    }
    let json =
        if attributes.is_empty() { String::new() } else { format!("{{{}}}", attributes.join(",")) };
    wrap(out, "image", &json, &format!("<figure class=\"{class}\">{tag}</figure>"));
}

fn table(rows: &[TableRow]) -> String {
    let mut html = "<figure class=\"wp-block-table\">".to_owned();
    write_table(&mut html, rows);
    html.push_str("</figure>");
    html
}
