//! The schema of a room of kind *article*: which nodes stand in which, their attributes, and the
//! marks text may carry. It is TipTap's StarterKit with Underline, Link, Image and Table; a name
//! outside it would make a reader's editor delete the node from the shared document.

use serde_json::Value;

/// The root fragment TipTap binds to.
pub(crate) const ROOT: &str = "default";

/// Deepest nesting of nodes. Ten nested lists use twenty levels; deeper is an attack on the
/// recursion of every reader.
pub(crate) const DEPTH_MAX: u32 = 20;

/// Longest text value of an attribute or a mark, in bytes: room for a long signed URL, too little
/// for an image pasted as data.
pub(crate) const VALUE_BYTES_MAX: usize = 8 * 1024;

/// What stands directly under the root, in a quote, and in list items after their first paragraph.
const BLOCKS: [&str; 9] = [
    "paragraph",
    "heading",
    "bulletList",
    "orderedList",
    "blockquote",
    "codeBlock",
    "horizontalRule",
    "image",
    "table",
];

/// URL schemes a link may use. Anything else (javascript:, data:) is refused.
const LINK_SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];
const IMAGE_SCHEMES: [&str; 2] = ["http", "https"];

/// May an element named `child` stand in one named `parent`? `None` is the root fragment.
pub(crate) fn may_contain(parent: Option<&str>, child: &str) -> bool {
    match parent {
        None | Some("blockquote" | "listItem" | "tableCell" | "tableHeader") => {
            BLOCKS.contains(&child)
        }
        Some("bulletList" | "orderedList") => child == "listItem",
        Some("table") => child == "tableRow",
        Some("tableRow") => child == "tableCell" || child == "tableHeader",
        Some("paragraph" | "heading") => child == "hardBreak",
        Some(_) => false,
    }
}

/// May text stand directly in an element of this name?
pub(crate) fn may_contain_text(parent: Option<&str>) -> bool {
    matches!(parent, Some("paragraph" | "heading" | "codeBlock"))
}

/// May the text of this element carry marks?
pub(crate) fn may_carry_marks(tag: &str) -> bool {
    tag != "codeBlock"
}

/// Elements without content of their own.
pub(crate) fn is_atom(tag: &str) -> bool {
    matches!(tag, "image" | "horizontalRule" | "hardBreak")
}

/// Elements that are invalid while they are empty.
pub(crate) fn needs_children(tag: &str) -> bool {
    matches!(
        tag,
        "bulletList"
            | "orderedList"
            | "listItem"
            | "blockquote"
            | "table"
            | "tableRow"
            | "tableCell"
            | "tableHeader"
    )
}

pub(crate) fn is_node(tag: &str) -> bool {
    BLOCKS.contains(&tag)
        || matches!(tag, "listItem" | "hardBreak" | "tableRow" | "tableCell" | "tableHeader")
}

/// Why an attribute of an element is not allowed; `None` if it is.
pub(crate) fn refuse_attribute(tag: &str, name: &str, value: &Value) -> Option<String> {
    let allowed = match (tag, name) {
        ("heading", "level") => {
            value.as_f64().is_some_and(|l| (1.0..=6.0).contains(&l) && l.fract() == 0.0)
        }
        ("orderedList", "start") => is_count(value, i64::from(i32::MAX)),
        ("orderedList", "type") | ("codeBlock", "language") => is_text(value),
        ("image", "src") => is_url(value, &IMAGE_SCHEMES),
        ("image", "alt" | "title") => is_text(value),
        ("image", "width" | "height") => is_text(value) || value.is_number(),
        ("tableCell" | "tableHeader", "colspan" | "rowspan") => is_count(value, 1000),
        ("tableCell" | "tableHeader", "colwidth") => is_widths(value),
        ("tableCell" | "tableHeader", "align") => is_text(value),
        _ => return Some(format!("{tag} has no attribute {name}")),
    };
    (!allowed).then(|| format!("{tag}.{name} has a value that is not allowed"))
}

/// Why a mark is not allowed; `None` if it is. The value is the mark's attributes; `null` ends it.
pub(crate) fn refuse_mark(key: &str, value: &Value) -> Option<String> {
    if value.is_null() && is_mark(key) {
        return None;
    }
    let allowed = match key {
        "bold" | "italic" | "strike" | "code" | "underline" => {
            value.as_object().is_some_and(serde_json::Map::is_empty)
        }
        "link" => value.as_object().is_some_and(is_link),
        key if is_comment(key) => value
            .as_object()
            .is_some_and(|map| map.values().all(|v| is_text(v) || v.is_boolean() || v.is_number())),
        _ => return Some(format!("no mark is named {key}")),
    };
    (!allowed).then(|| format!("mark {key} has a value that is not allowed"))
}

fn is_mark(key: &str) -> bool {
    matches!(key, "bold" | "italic" | "strike" | "code" | "underline" | "link") || is_comment(key)
}

/// Comments may overlap, so y-prosemirror keys each by a hash: eight characters of base64.
pub(crate) fn is_comment(key: &str) -> bool {
    key.strip_prefix("comment--").is_some_and(|hash| {
        hash.len() == 8 && hash.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=-_".contains(&b))
    })
}

fn is_link(map: &serde_json::Map<String, Value>) -> bool {
    map.iter().all(|(name, value)| match name.as_str() {
        "href" => is_url(value, &LINK_SCHEMES),
        "target" | "rel" | "class" | "title" => is_text(value),
        _ => false,
    })
}

fn is_text(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|s| s.len() <= VALUE_BYTES_MAX)
}

fn is_count(value: &Value, max: i64) -> bool {
    value.as_f64().is_some_and(|n| n.fract() == 0.0 && n >= 0.0 && n <= max as f64)
}

fn is_widths(value: &Value) -> bool {
    value.is_null()
        || value
            .as_array()
            .is_some_and(|a| a.len() <= 1000 && a.iter().all(|v| v.is_number() || v.is_null()))
}

fn is_url(value: &Value, schemes: &[&str]) -> bool {
    value.is_null() || value.as_str().is_some_and(|url| url_allowed(url, schemes))
}

/// True for a link target with one of our schemes, or a relative one.
pub(crate) fn link_allowed(url: &str) -> bool {
    url_allowed(url, &LINK_SCHEMES)
}

/// True for an image source with one of our schemes, or a relative one.
pub(crate) fn image_allowed(url: &str) -> bool {
    url_allowed(url, &IMAGE_SCHEMES)
}

/// Browsers ignore control characters and surrounding space in a URL ("java\nscript:"), so they
/// are dropped before the scheme is read.
fn url_allowed(url: &str, schemes: &[&str]) -> bool {
    if url.len() > VALUE_BYTES_MAX {
        return false;
    }
    let plain: String = url.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    let Some((scheme, _)) = plain.split_once(':') else { return true };
    let relative = scheme.contains(['/', '?', '#']);
    relative || schemes.iter().any(|allowed| scheme.eq_ignore_ascii_case(allowed))
}
