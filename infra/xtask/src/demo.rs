//! `cargo xtask demo`: from a keyword file to posts on a real WordPress, with nobody's help.

use crate::argument::Arguments;
use crate::process;
use crate::root::at;
use crate::server::{self, Server};
use crate::wordpress::{self, WordPress};
use anyhow::{Context, Result, bail};
use serde_json::Value;

const KEYWORDS: &str = "infra/demo/keywords.csv";
/// The posts that the site has and its installation did not make: title, address, words, images.
const LIST_POSTS: &str = r#"
    $rows = [];
    foreach (get_posts(['post_status' => 'any', 'numberposts' => -1, 'orderby' => 'ID', 'order' => 'ASC']) as $post) {
        if (strpos($post->post_name, 'hello-world') === 0) { continue; }
        $rows[] = ['title' => $post->post_title, 'status' => $post->post_status, 'url' => get_permalink($post),
            'words' => str_word_count(wp_strip_all_tags($post->post_content)),
            'images' => substr_count($post->post_content, '<img ')];
    }
    echo wp_json_encode($rows), "\n";
"#;

/// Builds, starts, runs the job, reads the posts back, stops.
pub(crate) fn demo(mut arguments: Arguments) -> Result<()> {
    let articles: usize = arguments.option("--articles")?.unwrap_or(5);
    arguments.end()?;
    server::build()?;
    process::step("WordPress packages", wordpress::install)?;
    let site = process::step("WordPress with the plugin", || WordPress::start("demo"))?;
    let server = process::step("server", || Server::start("demo"))?;
    println!("\nserver {}, WordPress {}\n", server.announcement.url, site.text("url")?);
    process::run(
        server::binary()
            .args(["demo", "--server", &server.announcement.url, "--keywords"])
            .arg(at(KEYWORDS))
            .args(["--articles", &articles.to_string()])
            .args(["--wordpress", site.text("url")?, "--pairing-code", &site.pairing_code()?]),
    )?;
    let posts = posts(&site)?;
    println!("\nRead back from WordPress:\n\n{}", table(&posts));
    if posts.len() != articles {
        bail!("{articles} articles were ordered and {} are on the site", posts.len());
    }
    Ok(())
}

fn posts(site: &WordPress) -> Result<Vec<Value>> {
    let said = site.eval(LIST_POSTS)?;
    let rows: Value = serde_json::from_str(said.trim()).context("the site's list of posts")?;
    Ok(rows.as_array().cloned().unwrap_or_default())
}

fn table(posts: &[Value]) -> String {
    let mut lines = vec![format!("  {:<10} {:>6} {:>7}  title", "status", "words", "images")];
    for post in posts {
        let text = |key: &str| post[key].as_str().unwrap_or_default().to_owned();
        lines.push(format!(
            "  {:<10} {:>6} {:>7}  {}\n{:28}{}",
            text("status"),
            post["words"].to_string(),
            post["images"].to_string(),
            text("title"),
            "",
            text("url")
        ));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_each_post() {
        let post = serde_json::json!({"title": "Pears", "status": "publish", "url": "http://x/p",
            "words": 900, "images": 1});
        let table = table(&[post]);
        assert!(table.contains("publish       900       1  Pears"), "{table}");
        assert_eq!(table.lines().count(), 3);
    }
}
