//! The content tree's readers and writers.
#![allow(clippy::unwrap_used)] // A test may stop where it is surprised.

mod sample;

use igny8_actors_document::{Block, ContentTree, Inline, LiveDocument};
use proptest::prelude::*;
use sample::{SAMPLES, markdown};
use serde_json::json;

const ARTICLE: &str = "\
# Brewing & <tea>

Water at **90 °C**, *not more*, see [the guide](https://tea.example/a?b=1&c=2 \"How\") or `boil()`.

- Green
- Black
  - Assam
- White

3. Third

> Tea first.

```rust
let cup = a[0] < b;
```

![A cup](https://tea.example/cup.png \"Cup\")

| Kind | Minutes |
|---|---|
| Green | 2 |

---

Done<br>now.
";

#[test]
fn golden_html() {
    insta::assert_snapshot!("html", ContentTree::from_markdown(ARTICLE).to_html());
}

#[test]
fn golden_wordpress_blocks() {
    insta::assert_snapshot!(
        "wordpress_blocks",
        ContentTree::from_markdown(ARTICLE).to_wordpress_blocks()
    );
}

#[test]
fn golden_markdown() {
    insta::assert_snapshot!("markdown", ContentTree::from_markdown(ARTICLE).to_markdown());
}

#[test]
fn golden_plain_text() {
    insta::assert_snapshot!("plain_text", ContentTree::from_markdown(ARTICLE).to_plain_text());
}

#[test]
fn words_and_images_are_counted() {
    let tree = ContentTree::from_markdown(ARTICLE);
    assert_eq!(tree.images().len(), 1);
    assert_eq!(ContentTree::from_markdown("One two - three, it's 4.").word_count(), 5);
}

#[test]
fn html_lets_no_script_through() {
    let text = "[x](javascript:alert(1)) <script>alert(1)</script> ![y](data:text/html,x)\n\n\
        <img src=x onerror=alert(1)>\n";
    let html = ContentTree::from_markdown(text).to_html();
    assert!(
        !html.contains("<script") && !html.contains("<img") && !html.contains("href"),
        "{html}"
    );
    let stored = json!({"blocks": [{"type": "paragraph", "content": [{"type": "text", "text": "x",
        "marks": [{"type": "link", "href": "java\nscript:alert(1)"}]}]},
        {"type": "image", "src": "javascript:alert(1)"}]});
    let tree: ContentTree = serde_json::from_value(stored).unwrap();
    assert!(!tree.to_html().contains("script"), "{}", tree.to_html());
    assert!(!tree.to_wordpress_blocks().contains("script"), "{}", tree.to_wordpress_blocks());
}

#[test]
fn prosemirror_json_of_a_foreign_node_is_refused() {
    for content in [
        json!({"type": "video"}),
        json!({"type": "text", "text": "bare"}),
        json!({"type": "bulletList"}),
        json!({"type": "heading", "attrs": {"level": "2"}}),
        json!({"type": "paragraph", "content": [{"type": "text", "text": "a", "marks": [{"type": "blink"}]}]}),
    ] {
        let json = json!({"type": "doc", "content": [content]});
        assert!(ContentTree::from_prosemirror_json(&json).is_err(), "{json}");
    }
}

#[test]
fn deep_nesting_becomes_flat_text() {
    let tree = ContentTree::from_markdown(&format!("{}deep", "> ".repeat(60)));
    assert!(tree.to_plain_text().contains("deep"));
    let mut document = LiveDocument::new(1);
    let mut strict = LiveDocument::new(2);
    strict.apply(&document.replace_with(&tree)).unwrap();
}

fn plain(tree: &ContentTree) -> String {
    tree.to_plain_text().split_whitespace().collect::<Vec<_>>().join(" ")
}

proptest! {
    #![proptest_config(sample::cases(300))]

    #[test]
    fn prosemirror_json_round_trips(text in markdown()) {
        let tree = ContentTree::from_markdown(&text);
        let json = tree.to_prosemirror_json();
        prop_assert_eq!(ContentTree::from_prosemirror_json(&json).unwrap(), tree);
    }

    #[test]
    fn serde_round_trips(text in markdown()) {
        let tree = ContentTree::from_markdown(&text);
        let stored = serde_json::to_string(&tree).unwrap();
        prop_assert_eq!(serde_json::from_str::<ContentTree>(&stored).unwrap(), tree);
    }

    #[test]
    fn markdown_round_trip_keeps_every_word(text in markdown()) {
        let tree = ContentTree::from_markdown(&text);
        let again = ContentTree::from_markdown(&tree.to_markdown());
        prop_assert_eq!(plain(&again), plain(&tree), "{}", tree.to_markdown());
    }

    #[test]
    fn replace_gives_the_tree_and_strict_readers_follow((a, b) in (markdown(), markdown())) {
        let (a, b) = (ContentTree::from_markdown(&a), ContentTree::from_markdown(&b));
        let mut document = LiveDocument::new(1);
        let mut strict = LiveDocument::new(2);
        for tree in [&a, &b, &a] {
            let update = document.replace_with(tree);
            prop_assert_eq!(&document.tree(), tree);
            let applied = strict.apply(&update);
            prop_assert!(applied.is_ok(), "{:?}", applied);
            prop_assert_eq!(strict.repair(), None);
            prop_assert_eq!(&strict.tree(), tree);
        }
    }
}

#[test]
fn samples_round_trip_through_markdown() {
    for sample in SAMPLES {
        let tree = ContentTree::from_markdown(sample);
        let again = ContentTree::from_markdown(&tree.to_markdown());
        assert_eq!(without_empty(&again), without_empty(&tree), "{}", tree.to_markdown());
    }
}

/// Empty paragraphs have no Markdown.
fn without_empty(tree: &ContentTree) -> Vec<&Block> {
    let empty =
        |block: &&Block| !matches!(block, Block::Paragraph { content } if content.is_empty());
    tree.blocks.iter().filter(empty).collect()
}

#[test]
fn r9_a_sentence_stays_whole_beside_what_is_typed_into_its_first_word() {
    let mut document = LiveDocument::new(1);
    let typed = "Somebody gTea is made of leaves. Coffee is made of beans.";
    document.replace_with(&ContentTree::from_markdown(typed));
    let person = sample::client(9);
    sample::sync(&person, &document);
    sample::type_into_block(&person, 0, "Somebody g".len() as u32, "oes on");
    document.replace_with(&ContentTree::from_markdown("Tea is made of leaves."));
    document.apply(&sample::missing(&person, &document)).unwrap();
    assert_eq!(document.tree().to_plain_text(), "oes onTea is made of leaves.");
}

#[test]
fn replace_keeps_the_identity_of_equal_blocks() {
    let mut document = LiveDocument::new(1);
    document.replace_with(&ContentTree::from_markdown("A\n\nB here\n\nC"));
    let person = sample::client(9);
    sample::sync(&person, &document);
    // The person types into C and B while the server rewrites B.
    sample::type_into_block(&person, 2, 1, "!");
    sample::type_into_block(&person, 1, 0, "x");
    document.replace_with(&ContentTree::from_markdown("A\n\nB there\n\nC"));
    document.apply(&sample::missing(&person, &document)).unwrap();
    assert_eq!(document.tree().to_plain_text(), "A\n\nxB there\n\nC!");
    assert!(
        matches!(&document.tree().blocks[0], Block::Paragraph { content } if content.len() == 1
        && matches!(&content[0], Inline::Text { text, .. } if text == "A"))
    );
}
