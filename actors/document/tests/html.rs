//! HTML of anybody becomes an article; our own becomes the article that it was.
#![allow(clippy::unwrap_used)] // A test may stop where it is surprised.

mod sample;

use igny8_actors_document::{
    Block, ContentForm, ContentTree, ImageNode, Inline, LinkAttributes, ListItem, LiveDocument,
    Mark, TableCell, TableRow,
};
use proptest::prelude::*;
use sample::{SAMPLES, markdown};

fn markdown_of(html: &str) -> String {
    ContentTree::from_html(html).unwrap().to_markdown()
}

#[test]
fn what_an_article_can_hold_is_read() {
    let html = "<!doctype html><html><head><title>No</title><style>p{}</style></head><body>\n\
        <article><h2>Tea &amp; time</h2>\n<div>Some <b>bold</b>, <i>slanted</i>,\n\n  <s>gone</s> \
        and <a href='https://a.b/c' title='t'>led</a>.</div>loose<p>A<br>B</p>\
        <ul>\n <li>one</li>\n <li><p>two</p><ol start=3><li>deep</li></ol></li></ul>\
        <blockquote><p>said</p></blockquote><pre class='lang-js'>let a;\n  b\n</pre><hr>\
        <figure><img src='/cup.png' alt='A cup' width='30px'><figcaption>Cup</figcaption></figure>\
        <table><caption>Kinds</caption><tr><th>a</th><th>b</th></tr><tr><td colspan=2>c</td></tr></table>\
        </article></body></html>";
    insta::assert_snapshot!(
        "html_read",
        serde_json::to_string_pretty(&ContentTree::from_html(html).unwrap()).unwrap()
    );
}

#[test]
fn scripts_go_and_addresses_that_are_not_allowed_stay_as_text() {
    let html = "<p onclick='x()'>a<script>alert(1)</script><style>b{}</style><a href='java\nscript:x()'>b</a>\
        <img src='data:image/png;base64,AAAA' alt='c'><img src='javascript:x()'><svg><text>d</text></svg>\
        <iframe src='//e'>e</iframe><template>f</template><noscript>g</noscript><!-- h --></p>";
    assert_eq!("abc\n", markdown_of(html));
}

#[test]
fn unknown_elements_are_their_text() {
    let html = "<x-card>one <mark>two</mark></x-card><details><summary>three</summary>four</details>\
        <dl><dt>five</dt><dd>six</dd></dl><form><label>seven</label><button>eight</button></form>";
    assert_eq!("one two\n\nthree\n\nfour\n\nfive\n\nsix\n\nseveneight\n", markdown_of(html));
}

#[test]
fn broken_html_is_read_as_a_browser_reads_it() {
    assert_eq!(
        "one\n\n<strong>two <em>three</em></strong> <em>four</em>\n",
        markdown_of("<p>one<p><b>two <i>three</b> four</i>")
    );
    assert_eq!("- a\n  - b\n- c\n", markdown_of("<ul><li>a<ul><li>b</ul><li>c"));
    assert_eq!("- a\n  - b\n", markdown_of("<ul><li>a</li><ul><li>b</li></ul></ul>"));
    assert_eq!("stray\n\n| a |\n| --- |\n", markdown_of("<table><tr>stray<th>a</table>"));
}

#[test]
fn deep_nesting_is_flat_or_refused() {
    let deep = format!("{}deep", "<blockquote>".repeat(60));
    let tree = ContentTree::from_html(&deep).unwrap();
    assert!(tree.to_plain_text().contains("deep"));
    let mut strict = LiveDocument::new(2);
    strict.apply(&LiveDocument::new(1).replace_with(&tree)).unwrap();
    let endless = "<div>".repeat(100_000);
    let error = ContentTree::from_html(&endless).unwrap_err();
    assert!(error.reason.contains("nested deeper"), "{error}");
}

/// Each paragraph opens again what the ones before left open: a few bytes would become gigabytes.
#[test]
fn html_that_grows_without_end_is_refused() {
    let open: String = (0..150).map(|n| format!("<b a={n}>")).collect();
    let html = format!("<p>{open}{}", "</p><p>x".repeat(100_000));
    let error = ContentTree::from_html(&html).unwrap_err();
    assert!(error.reason.contains("elements"), "{error}");
    let tag: String = (0..100_000).map(|n| format!(" a{n}")).collect();
    let error = ContentTree::from_html(&format!("<p{tag}>x")).unwrap_err();
    assert!(error.reason.contains("longer"), "{error}");
}

fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "tea",
        "<b>",
        "&amp;",
        "ü\u{a0}😀",
        "\"x\"",
        "a'b",
        "*",
        "</p>",
        "1",
    ]);
    prop::collection::vec(word, 1..4).prop_map(|words| words.join(" "))
}

fn link() -> impl Strategy<Value = Mark> {
    let href =
        prop::sample::select(vec!["https://a.b/c?d=1&e=\"2\"", "/path", "#part", "mailto:a@b.c"]);
    let target = prop::option::of(Just("_blank".to_owned()));
    let rel = prop::option::of(Just("nofollow noopener".to_owned()));
    let class = prop::option::of(Just("a b".to_owned()));
    let title = prop::option::of(words());
    (href, target, rel, class, title).prop_map(|(href, target, rel, class, title)| {
        Mark::Link(LinkAttributes { href: href.to_owned(), target, rel, class, title })
    })
}

/// Marks in their order; code stands alone.
fn marks() -> impl Strategy<Value = Vec<Mark>> {
    let flags = (any::<[bool; 4]>(), prop::option::of(link()));
    let many = flags.prop_map(|([bold, italic, strike, underline], link)| {
        let marks = [
            bold.then_some(Mark::Bold),
            italic.then_some(Mark::Italic),
            link,
            strike.then_some(Mark::Strike),
            underline.then_some(Mark::Underline),
        ];
        marks.into_iter().flatten().collect()
    });
    prop_oneof![4 => many, 1 => Just(vec![Mark::Code])]
}

/// A line whose spaces are all seen, its pieces with different marks.
fn line() -> impl Strategy<Value = Vec<Inline>> {
    let piece = prop_oneof![
        5 => (words(), marks()).prop_map(|(text, marks)| Inline::Text { text, marks }),
        1 => Just(Inline::HardBreak),
    ];
    prop::collection::vec(piece, 0..5).prop_map(|mut pieces| {
        pieces.dedup_by(|next, piece| match (next, piece) {
            (Inline::Text { marks: one, .. }, Inline::Text { marks: other, .. }) => one == other,
            _ => false,
        });
        pieces
    })
}

fn paragraph() -> impl Strategy<Value = Block> {
    line().prop_map(|content| Block::Paragraph { content })
}

fn leaf() -> impl Strategy<Value = Block> {
    let code = prop::sample::select(vec!["", "a", "  a\n\n\tb <c> &", "\nx", "a\n "]);
    let language =
        prop::option::of(prop::sample::select(vec!["rust".to_owned(), "c++".to_owned()]));
    let source = prop::sample::select(vec!["/a.png", "https://a.b/c.png?d=\"1\"&e"]);
    let size = || prop::option::of(0_u32..5000);
    let image = (source, prop::option::of(words()), prop::option::of(words()), size(), size());
    prop_oneof![
        4 => paragraph(),
        1 => (1_u8..=6, line()).prop_map(|(level, content)| Block::Heading { level, content }),
        1 => (language, code)
            .prop_map(|(language, text)| Block::CodeBlock { language, text: text.to_owned() }),
        1 => Just(Block::HorizontalRule),
        1 => image.prop_map(|(src, alt, title, width, height)| {
            Block::Image(ImageNode { src: src.to_owned(), alt, title, width, height })
        }),
    ]
}

fn block() -> impl Strategy<Value = Block> {
    leaf().prop_recursive(4, 40, 4, |inner| {
        let blocks = || prop::collection::vec(inner.clone(), 1..4);
        let item = (paragraph(), prop::collection::vec(inner.clone(), 0..3));
        let item = item.prop_map(|(first, rest)| {
            let blocks = std::iter::once(first).chain(rest).collect();
            ListItem { blocks }
        });
        let items = prop::collection::vec(item, 1..4).boxed();
        let cell = (any::<bool>(), 1_u32..3, 1_u32..3, blocks());
        let cell = cell.prop_map(|(header, colspan, rowspan, blocks)| TableCell {
            header,
            colspan,
            rowspan,
            widths: Vec::new(),
            align: None,
            blocks,
        });
        let row = prop::collection::vec(cell, 1..4).prop_map(|cells| TableRow { cells });
        prop_oneof![
            items.clone().prop_map(|items| Block::BulletList { items }),
            (0_u32..9, items).prop_map(|(start, items)| Block::OrderedList { start, items }),
            blocks().prop_map(|blocks| Block::Blockquote { blocks }),
            prop::collection::vec(row, 1..3).prop_map(|rows| Block::Table { rows }),
        ]
    })
}

/// Any article that does not end in empty paragraphs, which no HTML has.
fn article() -> impl Strategy<Value = ContentTree> {
    prop::collection::vec(block(), 0..5).prop_map(|mut blocks| {
        blocks.push(Block::HorizontalRule);
        ContentTree { blocks }
    })
}

/// People's HTML: tags that are open, closed, crossed and cut off.
fn soup() -> impl Strategy<Value = String> {
    let fragments = vec![
        "a",
        " ",
        "\n",
        "&amp;",
        "&",
        "<",
        "<p>",
        "</p>",
        "<b>",
        "</b>",
        "<i>",
        "</i>",
        "<ul>",
        "<li>",
        "</ul>",
        "<ol start=4>",
        "<table>",
        "<tr>",
        "<td>",
        "<th colspan=3>",
        "</table>",
        "<pre>",
        "<code class=language-x>",
        "</code>",
        "</pre>",
        "<br>",
        "<hr>",
        "<img src=/a.png alt=b>",
        "<a href=/c>",
        "</a>",
        "<blockquote>",
        "</blockquote>",
        "<h2>",
        "</h2>",
        "<script>",
        "</script>",
        "<div>",
        "</div>",
        "<select>",
        "<option>",
        "<svg>",
        "<math>",
        "<!--",
        "-->",
        "<template>",
        "</template>",
        "<x-y>",
        "\u{0}",
        "<caption>",
        "<form>",
        "<textarea>",
        "</textarea>",
    ];
    prop::collection::vec(prop::sample::select(fragments), 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(sample::cases(300))]

    #[test]
    fn r8_html_is_read_as_the_article_that_it_was_written_from(tree in article()) {
        let html = tree.to_html();
        prop_assert_eq!(ContentTree::from_html(&html).unwrap(), tree, "{}", html);
    }

    #[test]
    fn r8_any_html_is_an_article(html in soup()) {
        let tree = ContentTree::from_html(&html).unwrap();
        let mut document = LiveDocument::new(1);
        let update = document.replace_with(&tree);
        prop_assert_eq!(&document.tree(), &tree);
        let mut strict = LiveDocument::new(2);
        prop_assert!(strict.apply(&update).is_ok(), "{}", html);
        prop_assert_eq!(strict.repair(), None, "{}", html);
    }

    #[test]
    fn a_text_that_comes_back_as_it_was_read_changes_nothing(
        (tree, text) in (article(), markdown()), spaces in any::<bool>()
    ) {
        let mut tree = if spaces { ContentTree::from_markdown(&text) } else { tree };
        if spaces {
            let text = " two  spaces ".to_owned();
            tree.blocks.push(Block::Paragraph { content: vec![Inline::Text { text, marks: Vec::new() }] });
        }
        tree.blocks.push(Block::Paragraph { content: Vec::new() });
        for (form, text) in [
            (ContentForm::Html, tree.to_html()),
            (ContentForm::Markdown, tree.to_markdown()),
            (ContentForm::Json, tree.to_prosemirror_json().to_string()),
        ] {
            let back = form.read(&text).unwrap();
            prop_assert_eq!(&tree.replaced_by(&back, form), &tree, "{:?} {}", form, text);
        }
    }

    #[test]
    fn a_text_that_is_handed_in_is_what_stands_there(
        (tree, text) in (article(), prop::sample::select(SAMPLES.to_vec()))
    ) {
        for (form, said) in [
            (ContentForm::Markdown, ContentTree::from_markdown(text)),
            (ContentForm::Html, ContentTree::from_html(&ContentTree::from_markdown(text).to_html()).unwrap()),
        ] {
            let next = tree.replaced_by(&said, form);
            let plain = |tree: &ContentTree| {
                tree.to_plain_text().split_whitespace().collect::<Vec<_>>().join(" ")
            };
            prop_assert_eq!(plain(&next), plain(&said));
        }
    }
}

#[test]
fn blocks_that_come_back_keep_what_the_form_cannot_say() {
    let wide = TableCell {
        header: false,
        colspan: 2,
        rowspan: 1,
        widths: vec![Some(100), None],
        align: Some("right".to_owned()),
        blocks: vec![text("wide", &[])],
    };
    let table = Block::Table { rows: vec![TableRow { cells: vec![wide] }] };
    let led = LinkAttributes {
        href: "/a".to_owned(),
        target: Some("_blank".to_owned()),
        ..LinkAttributes::default()
    };
    let link = text("led", &[Mark::Link(led)]);
    let tree = ContentTree { blocks: vec![text("first", &[]), table.clone(), link.clone()] };
    let changed = tree.to_markdown().replace("first", "another\n\nfirst");
    let next = tree.replaced_by(&ContentTree::from_markdown(&changed), ContentForm::Markdown);
    assert_eq!(next.blocks, [text("another", &[]), text("first", &[]), table, link]);
}

fn text(text: &str, marks: &[Mark]) -> Block {
    Block::Paragraph {
        content: vec![Inline::Text { text: text.to_owned(), marks: marks.to_vec() }],
    }
}
