//! What the tests share: Markdown to write, and people who edit with plain yrs documents.
#![allow(dead_code)]

use igny8_actors_document::{CommentRange, ContentTree, LiveDocument};
use proptest::prelude::*;
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{
    ClientID, Doc, OffsetKind, Options, ReadTxn, StateVector, Text, Transact, Update, XmlFragment,
    XmlOut, XmlTextRef,
};

/// A document with this content.
pub(crate) fn written(markdown: &str) -> LiveDocument {
    let mut document = LiveDocument::new(1);
    document.replace_with(&ContentTree::from_markdown(markdown));
    document
}

/// The range of some words in a block.
pub(crate) fn part(document: &LiveDocument, index: usize, words: &str) -> CommentRange {
    let block = &document.tree().blocks[index];
    let text = block.text();
    let at = text.find(words).unwrap();
    let from = text[..at].encode_utf16().count() as u32;
    let to = from + words.encode_utf16().count() as u32;
    CommentRange::Block { index, key: block.key(), from, to }
}

pub(crate) const SAMPLES: [&str; 16] = [
    "# Title\n\nA paragraph with **bold**, *italic*, `code` and a [link](https://a.b/c \"t\").\n",
    "- one\n- two\n  - inner **b**\n  - more\n- three\n\nAfter.\n",
    "3. three\n4. four\n\n   second paragraph\n5. five\n",
    "> quote\n> goes on\n>\n> - list in it\n\nend",
    "```rust\nfn main() {\n    println!(\"`x`\");\n}\n```\n\nText.\n",
    "| a | b |\n|---|---|\n| 1 | **2** |\n| 3 | 4 |\n\nText | with bar\n",
    "before ![alt](https://a.b/c.png) after\n\n![only](/x.png)\n",
    "5 * 3 = 15 and snake_case_name and 2*3*4\n\n---\n\n***\n",
    "Title\n---\nmore\n",
    "Unclosed **bold and *italic\n\nNext [not a link] here & there &amp; done &nope\n",
    "Line one  \nline two\\\nline three\n",
    "<div>\nhtml\n</div>\n\nInline <u>under</u> and <b>tag</b><br>end <!-- c -->\n",
    "1. a\n\n- b\n+ c\n\n    code\n    more\n\nx\n",
    "~~gone~~ ~one~ **a.**b _a_b __c__\n\n[r]: http://x.y\n\n[r] text\n",
    "# \n\n- \n- x\n\n>\n\n#no heading\n## H ##\n",
    "Emoji 😀 **ü 😀** end 👩‍👩‍👧\r\nwindows\r\n\r\nlines\r\n",
];

/// Markdown as models write it, and as they do not.
pub(crate) fn markdown() -> impl Strategy<Value = String> {
    let fragments = vec![
        "word",
        " ",
        " ",
        "\n",
        "\n\n",
        "*",
        "**",
        "_",
        "`",
        "```\n",
        "# ",
        "## ",
        "- ",
        "1. ",
        "> ",
        "[",
        "](http://a.b)",
        "]",
        "(",
        ")",
        "![",
        "|",
        "|---|\n",
        "| a | b |\n|---|---|\n| c | d |\n",
        "---\n",
        "  ",
        "    ",
        "\\",
        "&amp;",
        "&",
        "<",
        ">",
        "<br>",
        "😀",
        "ü",
        "~~",
        "1",
        ".",
        "a b c",
        "**bold**",
        "*it*",
        "`co`",
        "[l](http://x.y)",
        "\n- item",
        "\n1. item",
        "\n\nparagraph ",
        "\n  - nested",
        "![i](/p.png)",
        "+ ",
        "!",
        "\n# head\n",
        ":",
        "\r\n",
    ];
    prop::collection::vec(prop::sample::select(fragments), 0..40).prop_map(|parts| parts.concat())
}

/// Cuts a text at (about) these bytes.
pub(crate) fn pieces(text: &str, cuts: &[usize]) -> Vec<String> {
    let mut cuts: Vec<usize> = cuts
        .iter()
        .map(|cut| cut % (text.len() + 1))
        .map(|cut| (0..=cut).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0))
        .collect();
    cuts.sort_unstable();
    cuts.dedup();
    let ends: Vec<usize> = cuts.iter().copied().chain([text.len()]).collect();
    let mut from = 0;
    ends.into_iter()
        .map(|to| {
            let piece = text[from..to].to_owned();
            from = to;
            piece
        })
        .collect()
}

/// A person's document.
pub(crate) fn client(id: u64) -> Doc {
    let mut options = Options::with_client_id(ClientID::new(id));
    options.offset_kind = OffsetKind::Utf16;
    let doc = Doc::with_options(options);
    doc.get_or_insert_xml_fragment("default");
    doc
}

/// Brings the person up to date with the server.
pub(crate) fn sync(person: &Doc, document: &LiveDocument) {
    let have = person.transact().state_vector().encode_v1();
    let update = document.diff(&have).unwrap();
    person.transact_mut().apply_update(Update::decode_v1(&update).unwrap()).unwrap();
}

/// What the server lacks of the person's edits.
pub(crate) fn missing(person: &Doc, document: &LiveDocument) -> Vec<u8> {
    let have = StateVector::decode_v1(&document.state_vector()).unwrap();
    person.transact().encode_diff_v1(&have)
}

fn first_text(node: XmlOut, txn: &impl ReadTxn) -> Option<XmlTextRef> {
    match node {
        XmlOut::Text(text) => Some(text),
        XmlOut::Element(element) => element.children(txn).find_map(|child| first_text(child, txn)),
        XmlOut::Fragment(_) => None,
    }
}

/// The first text of a person's block.
pub(crate) fn text_of(person: &Doc, block: u32) -> XmlTextRef {
    let txn = person.transact();
    let root = txn.get_xml_fragment("default").unwrap();
    root.get(&txn, block).and_then(|node| first_text(node, &txn)).unwrap()
}

pub(crate) fn type_into_block(person: &Doc, block: u32, at: u32, text: &str) {
    let mut txn = person.transact_mut();
    let root = txn.get_xml_fragment("default").unwrap();
    let found = root.get(&txn, block).and_then(|node| first_text(node, &txn));
    if let Some(target) = found {
        let at = at.min(target.len(&txn));
        target.insert(&mut txn, at, text);
    }
}

pub(crate) fn delete_block(person: &Doc, block: u32) {
    let mut txn = person.transact_mut();
    let root = txn.get_xml_fragment("default").unwrap();
    if block < root.len(&txn) {
        root.remove(&mut txn, block);
    }
}

/// Cases of a property test; regressions are kept as named tests, not as files of seeds.
pub(crate) fn cases(count: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(count) }
}
