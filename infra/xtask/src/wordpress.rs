//! A real WordPress with the plugin, for as long as this is held (infra/test-servers/wordpress).

use crate::process;
use crate::root::{at, scratch};
use anyhow::{Context, Result};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

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

fn script() -> Command {
    Command::new(at("infra/test-servers/wordpress"))
}

/// The Debian packages and the core, if they are missing.
pub(crate) fn install() -> Result<()> {
    process::read(script().arg("install")).map(drop)
}

/// A running site.
pub(crate) struct WordPress {
    folder: PathBuf,
    sites: Value,
}

impl WordPress {
    /// Starts a fresh site; `name` keeps those of different tasks apart.
    pub(crate) fn start(name: &str) -> Result<Self> {
        let folder = scratch().join(format!("wordpress-{name}-{}", std::process::id()));
        // From here on the guard cleans up, also after half a start.
        let mut site = Self { folder, sites: Value::Null };
        process::read(
            script()
                .args(["start", "--port", "0", "--dir"])
                .arg(&site.folder)
                .arg("--plugin")
                .arg(at("infra/wordpress-plugin/igny8")),
        )?;
        site.sites = serde_json::from_slice(&std::fs::read(site.list())?)?;
        Ok(site)
    }

    /// The file that describes the site.
    pub(crate) fn list(&self) -> PathBuf {
        self.folder.join("sites.json")
    }

    /// A text of the site's description.
    pub(crate) fn text(&self, key: &str) -> Result<&str> {
        self.sites[0][key].as_str().with_context(|| format!("sites.json says no {key}"))
    }

    /// A code with which a server pairs, once.
    pub(crate) fn pairing_code(&self) -> Result<String> {
        let said = process::read(script().args(["pairing-code", "--dir"]).arg(&self.folder))?;
        Ok(said.trim().to_owned())
    }

    /// The posts on the site that its installation did not make: title, status, url, words, images.
    pub(crate) fn posts(&self) -> Result<Vec<Value>> {
        let mut list = script();
        list.args(["eval", "--dir"]).arg(&self.folder).arg(LIST_POSTS);
        let rows: Value = serde_json::from_str(process::read(&mut list)?.trim())
            .context("the site's list of posts")?;
        Ok(rows.as_array().cloned().unwrap_or_default())
    }
}

impl Drop for WordPress {
    fn drop(&mut self) {
        // Not through `process`: it refuses to start anything once we are interrupted.
        let _ = script().args(["stop", "--purge", "--dir"]).arg(&self.folder).status();
    }
}
