//! `cargo xtask demo`: from a keyword file to posts on a real WordPress, with nobody's help.

use crate::argument::Arguments;
use crate::process;
use crate::root::{at, built};
use crate::run::server::{self, Server};
use crate::wordpress::{self, WordPress};
use anyhow::{Result, bail};
use serde_json::Value;

const KEYWORDS: &str = "infra/demo/keywords.csv";
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
        built("igny8")
            .args(["demo", "--server", &server.announcement.url, "--keywords"])
            .arg(at(KEYWORDS))
            .args(["--articles", &articles.to_string()])
            .args(["--wordpress", site.text("url")?, "--code", &site.pairing_code()?]),
    )?;
    let posts = site.posts()?;
    println!("\nRead back from WordPress:\n\n{}", table(&posts));
    if posts.len() != articles {
        bail!("{articles} articles were ordered and {} are on the site", posts.len());
    }
    Ok(())
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
