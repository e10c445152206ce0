//! Which addresses a model's text may hold. A link elsewhere stays as its text, an image from
//! elsewhere as its description: a model chooses words, not where readers are sent.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::content::tree::ContentTree;
use crate::node::{Child, Node, Run, push_run};

/// The addresses that are allowed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LinkPolicy {
    /// None: people write here, and link where they like.
    hosts: Option<BTreeSet<String>>,
    /// Whole addresses that are allowed beside them.
    known: BTreeSet<String>,
}

impl LinkPolicy {
    /// Everything the schema allows.
    pub fn any() -> Self {
        Self::default()
    }

    /// These hosts alone, each with and without `www.`; and paths of the site itself.
    pub fn hosts(hosts: impl IntoIterator<Item = String>) -> Self {
        let hosts = hosts.into_iter().map(|host| bare(&host.to_ascii_lowercase()).to_owned());
        Self { hosts: Some(hosts.collect()), known: BTreeSet::new() }
    }

    /// Beside them, these addresses as they are.
    pub fn knowing(mut self, addresses: impl IntoIterator<Item = String>) -> Self {
        self.known.extend(addresses);
        self
    }

    /// May a link lead there?
    pub fn allows_link(&self, url: &str) -> bool {
        let Some(hosts) = &self.hosts else { return true };
        self.known.contains(url)
            || url.starts_with('#')
            || is_path(url)
            || host(url).is_some_and(|host| hosts.contains(bare(&host)))
    }

    /// May an image come from there?
    pub fn allows_image(&self, url: &str) -> bool {
        let Some(hosts) = &self.hosts else { return true };
        self.known.contains(url) || host(url).is_some_and(|host| hosts.contains(bare(&host)))
    }

    /// The nodes without what is not allowed.
    pub(crate) fn clean(&self, children: Vec<Child>) -> Vec<Child> {
        if self.hosts.is_none() {
            return children;
        }
        children.into_iter().map(|child| self.clean_child(child)).collect()
    }

    fn clean_child(&self, child: Child) -> Child {
        match child {
            Child::Text(runs) => Child::Text(self.clean_runs(runs)),
            Child::Element(node) if node.tag == "image" && !self.keeps(&node) => {
                let alt = node.attribute("alt").and_then(Value::as_str).unwrap_or_default();
                let mut runs = Vec::new();
                push_run(&mut runs, alt, &crate::node::Attributes::new());
                let paragraph = Node::empty_paragraph();
                let text = if runs.is_empty() { Vec::new() } else { vec![Child::Text(runs)] };
                Child::Element(paragraph.of(text))
            }
            Child::Element(mut node) => {
                node.children = self.clean(std::mem::take(&mut node.children));
                Child::Element(node)
            }
        }
    }

    fn keeps(&self, image: &Node) -> bool {
        let source = image.attribute("src").and_then(Value::as_str);
        source.is_some_and(|source| self.allows_image(source))
    }

    fn clean_runs(&self, runs: Vec<Run>) -> Vec<Run> {
        let mut cleaned = Vec::with_capacity(runs.len());
        for Run { text, mut marks } in runs {
            let href = marks.get("link").and_then(|link| link["href"].as_str());
            if href.is_some_and(|href| !self.allows_link(href)) {
                marks.remove("link");
            }
            push_run(&mut cleaned, &text, &marks);
        }
        cleaned
    }
}

impl ContentTree {
    /// Reads Markdown of a model: what the policy does not allow stays as text.
    pub fn from_markdown_within(markdown: &str, policy: &LinkPolicy) -> Self {
        Self::from_markdown(markdown).within(policy)
    }

    /// The content without the links and images that a policy does not allow.
    pub fn within(&self, policy: &LinkPolicy) -> Self {
        Self::from_nodes(&policy.clean(self.to_nodes()))
    }

    /// Where its links lead and its images come from.
    pub fn addresses(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        collect(&self.to_nodes(), &mut found);
        found
    }
}

fn collect(children: &[Child], found: &mut BTreeSet<String>) {
    for child in children {
        match child {
            Child::Text(runs) => found.extend(
                runs.iter()
                    .filter_map(|run| run.marks.get("link")?["href"].as_str().map(str::to_owned)),
            ),
            Child::Element(node) => {
                let source = node.attribute("src").and_then(Value::as_str);
                found.extend(source.map(str::to_owned));
                collect(&node.children, found);
            }
        }
    }
}

fn bare(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}

/// A path of the site itself: `/about`, and not `//elsewhere` in any spelling of browsers.
fn is_path(url: &str) -> bool {
    let mut characters = url.chars();
    let first = characters.next();
    let second = characters.next();
    first == Some('/')
        && !matches!(second, Some('/' | '\\'))
        && !url.contains('\\')
        && !url.chars().any(|c| c.is_control() || c.is_whitespace())
}

/// The host of an absolute address; `None` where browsers and we might read different hosts.
fn host(url: &str) -> Option<String> {
    let is_odd = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '\\' | '%');
    let (scheme, rest) = url.split_once("://")?;
    if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return None;
    }
    let authority = rest.split(['/', '?', '#']).next()?;
    if authority.is_empty() || authority.contains('@') || authority.contains(is_odd) {
        return None;
    }
    let host = authority.split(':').next()?.trim_end_matches('.').to_ascii_lowercase();
    Some(host).filter(|host| !host.is_empty())
}
