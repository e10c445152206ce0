//! What a model may link to: hostile text never becomes a link or an image, however it is cut.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use igny8_actors_document::{ContentTree, LinkPolicy, LiveDocument, RunCursor, RunWriter};

fn policy() -> LinkPolicy {
    LinkPolicy::hosts(["example.com".to_owned(), "docs.example.org".to_owned()])
}

const HOSTILE: &[&str] = &[
    "https://evil.test/x",
    "//evil.test/x",
    "/\\evil.test",
    "https://example.com@evil.test/",
    "https://example.com.evil.test/",
    "https://evil.test/?https://example.com/",
    "https://evil.test#example.com",
    "https://exa%6dple.com/",
    "https://sub.example.com/",
    "javascript:alert(1)",
    "data:text/html,x",
    "mailto:a@evil.test",
    "ftp://example.com/x",
    "evil.test/x",
];

const ALLOWED: &[&str] = &[
    "https://example.com/a?b=c#d",
    "http://EXAMPLE.com:8080/",
    "https://www.example.com/",
    "https://docs.example.org/x",
    "/about",
    "#top",
];

#[test]
fn links_of_a_model_lead_to_allowed_hosts_alone() {
    for url in HOSTILE {
        assert!(!policy().allows_link(url), "{url}");
        assert!(!policy().allows_image(url), "{url}");
    }
    for url in ALLOWED {
        assert!(policy().allows_link(url), "{url}");
    }
    assert!(!policy().allows_image("/media/other/tenant.png"));
    assert!(LinkPolicy::any().allows_link("https://evil.test/x"));
}

fn article() -> String {
    let mut text = String::from("# Title\n\n");
    for (index, url) in HOSTILE.iter().enumerate() {
        text.push_str(&format!("Text {index} [click **here**]({url}) and on.\n\n"));
        text.push_str(&format!("![picture {index}]({url})\n\n- item [x]({url} \"t\")\n\n"));
        text.push_str(&format!("> quote <{url}> and [ref][r{index}]\n\n[r{index}]: {url}\n\n"));
    }
    text.push_str(
        "See [our page](https://example.com/a) ![cup](https://example.com/c.png) end.\n\n",
    );
    text.push_str("| a | b |\n|---|---|\n| [x](https://evil.test/t) | y |\n\n");
    text.push_str("<a href=\"https://evil.test/h\">html</a> <img src=\"https://evil.test/i\">\n");
    text
}

#[test]
fn hostile_text_keeps_its_words_and_loses_its_links() {
    let tree = ContentTree::from_markdown_within(&article(), &policy());
    let addresses: Vec<String> = tree.addresses().into_iter().collect();
    assert_eq!(addresses, ["https://example.com/a", "https://example.com/c.png"]);
    let text = tree.to_plain_text();
    assert!(text.contains("Text 3 click here and on."), "{text}");
    assert!(text.contains("picture 0"), "{text}");
    let html = tree.to_html();
    assert!(!html.contains("<a href=\"https://evil"), "{html}");
    assert!(!html.contains("<img src=\"https://evil"), "{html}");
}

#[test]
fn a_streamed_run_holds_no_forbidden_link_at_any_moment() {
    let text = article();
    for step in [1, 7, 64, text.len()] {
        let mut document = LiveDocument::new(1);
        let mut writer = RunWriter::start(99, RunCursor::AtEnd, policy());
        let mut from = 0;
        while from < text.len() {
            let end = (from + step..=text.len()).find(|at| text.is_char_boundary(*at));
            let end = end.unwrap_or(text.len());
            writer.push(&mut document, &text[from..end]);
            from = end;
            let addresses = document.tree().addresses();
            assert!(addresses.iter().all(|url| policy().allows_link(url)), "{addresses:?}");
        }
        writer.finish(&mut document);
        let whole = ContentTree::from_markdown_within(&text, &policy());
        assert_eq!(document.tree().to_markdown(), whole.to_markdown(), "in steps of {step}");
    }
}

#[test]
fn what_people_linked_to_stays() {
    let tree = ContentTree::from_markdown("[a](https://people.test/) [b](https://evil.test/)");
    let policy = policy().knowing(["https://people.test/".to_owned()]);
    let addresses: Vec<String> = tree.within(&policy).addresses().into_iter().collect();
    assert_eq!(addresses, ["https://people.test/"]);
}
