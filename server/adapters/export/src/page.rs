//! The standalone page of a post.

use igny8_actors_ports::{PostStatus, PublishPost};

/// Quiet typography that needs nothing from the network, for light and dark screens and for paper.
const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1f2328;--soft:#59636e;--line:#d8dee4;--ground:#fff;--accent:#0b62c4;--tint:#f6f8fa}
@media(prefers-color-scheme:dark){:root{--ink:#e6e8eb;--soft:#9aa4af;--line:#353b43;--ground:#15181c;--accent:#6cb0ff;--tint:#1e2329}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:1.0625rem/1.7 Georgia,'Iowan Old Style','Times New Roman',serif}
main{max-width:44rem;margin:0 auto;padding:3.5rem 1.25rem 4rem}
h1,h2,h3,h4,th,footer,.kicker{font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}
h1{font-size:2.25rem;line-height:1.2;letter-spacing:-.02em;margin:0 0 .75rem}
h2{font-size:1.5rem;line-height:1.3;margin:2.75rem 0 .75rem}
h3{font-size:1.1875rem;margin:2rem 0 .5rem}
p,ul,ol,blockquote,table,pre,figure{margin:0 0 1.25rem}
li{margin:.3rem 0}
a{color:var(--accent);text-underline-offset:.15em}
.lead{color:var(--soft);font-size:1.1875rem;margin-bottom:2rem}
.kicker{color:var(--soft);font-size:.8125rem;letter-spacing:.04em;margin-bottom:.75rem}
img{max-width:100%;height:auto;border-radius:8px;display:block}
figure{margin:2rem 0}
figcaption{color:var(--soft);font-size:.875rem;margin-top:.5rem}
blockquote{border-left:3px solid var(--accent);padding:.25rem 0 .25rem 1.25rem;color:var(--soft);font-style:italic}
blockquote>:last-child,figure>:last-child{margin-bottom:0}
pre{background:var(--tint);padding:1rem;border-radius:8px;overflow:auto;font-size:.9rem}
code{background:var(--tint);padding:.1em .3em;border-radius:4px;font-size:.9em}
pre code{padding:0}
table{border-collapse:collapse;width:100%;font-size:.95rem;display:block;overflow-x:auto}
th,td{border-bottom:1px solid var(--line);padding:.55rem .75rem;text-align:left;vertical-align:top}
th{font-size:.8125rem;color:var(--soft)}
footer{border-top:1px solid var(--line);margin-top:3rem;padding-top:1rem;color:var(--soft);font-size:.8125rem}
@media print{main{padding:0}footer{display:none}}";

/// A whole HTML document. `body` is the article's HTML with its image addresses settled; `images`
/// are (path, alternative text), the featured one first.
pub(crate) fn document(post: &PublishPost, body: &str, images: &[(String, String)]) -> String {
    let (seo_title, seo_description, _) = &post.seo;
    let title = first_filled(&[seo_title, &post.title]);
    let description = first_filled(&[seo_description, &post.excerpt]);
    let robots = match post.status {
        PostStatus::Draft => "<meta name=\"robots\" content=\"noindex\">\n",
        PostStatus::Publish => "",
    };
    // The policy is a second lock: an article has no use for scripts or plug-ins.
    format!(
        "<!doctype html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"script-src 'none'; object-src 'none'; base-uri 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<meta name=\"description\" content=\"{description}\">\n\
         <meta property=\"og:title\" content=\"{title}\">\n\
         <meta property=\"og:description\" content=\"{description}\">\n<meta property=\"og:type\" content=\"article\">\n\
         {og_image}<meta name=\"generator\" content=\"IGNY8\">\n{robots}<style>\n{STYLE}\n</style>\n</head>\n\
         <body>\n<main>\n<article>\n{head}{body}\n</article>\n{footer}</main>\n</body>\n</html>\n",
        title = escaped(title),
        description = escaped(description),
        og_image = og_image(images),
        head = head(post, body, images),
        footer = footer(post),
    )
}

/// What stands above the text: categories, the title unless the text brings one, the excerpt and
/// the featured image unless the text shows it.
fn head(post: &PublishPost, body: &str, images: &[(String, String)]) -> String {
    let mut head = String::new();
    if !post.categories.is_empty() {
        head += &format!("<p class=\"kicker\">{}</p>\n", escaped(&post.categories.join(" · ")));
    }
    if !body.contains("<h1") {
        head += &format!("<h1>{}</h1>\n", escaped(&post.title));
    }
    if !post.excerpt.is_empty() {
        head += &format!("<p class=\"lead\">{}</p>\n", escaped(&post.excerpt));
    }
    if let Some((path, alt)) = images.first().filter(|(path, _)| !body.contains(path.as_str())) {
        head +=
            &format!("<figure><img src=\"{}\" alt=\"{}\"></figure>\n", escaped(path), escaped(alt));
    }
    head
}

fn footer(post: &PublishPost) -> String {
    match post.tags.is_empty() {
        true => String::new(),
        false => format!("<footer>{}</footer>\n", escaped(&post.tags.join(" · "))),
    }
}

fn og_image(images: &[(String, String)]) -> String {
    let featured = images.first().map(|(path, _)| escaped(path));
    featured.map_or_else(String::new, |path| {
        format!("<meta property=\"og:image\" content=\"{path}\">\n")
    })
}

fn first_filled<'a>(texts: &[&'a String]) -> &'a str {
    texts.iter().find(|text| !text.trim().is_empty()).map_or("", |text| text.as_str())
}

/// Text for HTML content and quoted attributes.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}
