//! A document restructured: Markdown that stands in the text as plain characters becomes headings,
//! lists and emphasis.

use super::job::Job;
use super::{Report, internal, stopped, unless_stopped};
use igny8_actors_document::{Block, ContentTree, LinkPolicy};
use igny8_actors_domain::site::TaskOutcome;
use igny8_protocol_ids::DocumentId;

pub(super) async fn run(job: &Job, document: DocumentId) -> Report {
    match unless_stopped(&job.stop, restructure(job, document)).await {
        None => stopped(),
        Some(Ok(report) | Err(report)) => report,
    }
}

async fn restructure(job: &Job, document: DocumentId) -> Result<Report, Report> {
    job.progress("restructuring", 0.2, None);
    let handle = job.inner.document(job.tenant, document);
    let hosts = job.hosts.clone();
    handle
        .rewrite(move |tree| restructured(tree, hosts))
        .await
        .map_err(|failure| internal("Writing the document", &failure))?;
    let tree = handle.tree().await.map_err(|failure| internal("Reading the document", &failure))?;
    let words = u32::try_from(tree.word_count()).unwrap_or(u32::MAX);
    Ok(TaskOutcome::Reparsed { words }.into())
}

/// The document with its plain Markdown as structure; `None` if there is none. Empty paragraphs are
/// nothing to restructure: somebody may be about to write there.
fn restructured(tree: &ContentTree, hosts: Vec<String>) -> Option<ContentTree> {
    // Links that stood there stay; what a model wrote as plain text makes none elsewhere.
    let policy = LinkPolicy::hosts(hosts).knowing(tree.addresses());
    let after = ContentTree::from_markdown_within(&unescaped(&tree.to_markdown()), &policy);
    let is_empty =
        |block: &&Block| matches!(block, Block::Paragraph { content } if content.is_empty());
    let before = tree.blocks.iter().filter(|block| !is_empty(block));
    (!before.eq(&after.blocks)).then_some(after)
}

/// The writer escapes what would be read as structure; here it is meant to be.
fn unescaped(markdown: &str) -> String {
    let mut text = String::with_capacity(markdown.len());
    let mut characters = markdown.chars().peekable();
    while let Some(character) = characters.next() {
        let structure = |next: &char| "#*_->`.+![]()".contains(*next);
        if character != '\\' || !characters.peek().is_some_and(structure) {
            text.push(character);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r7_an_empty_paragraph_is_nothing_to_restructure() {
        let empty = Block::Paragraph { content: Vec::new() };
        let mut tree = ContentTree { blocks: vec![empty.clone()] };
        assert_eq!(restructured(&tree, Vec::new()), None);
        tree.blocks.extend(ContentTree::from_markdown("One *two*.").blocks);
        assert_eq!(restructured(&tree, Vec::new()), None);
        tree.blocks.extend(ContentTree::from_markdown("\\# Three").blocks);
        assert!(restructured(&tree, Vec::new()).unwrap().to_html().ends_with("<h1>Three</h1>"));
    }

    #[test]
    fn escaped_structure_becomes_structure() {
        let tree = ContentTree::from_markdown(&unescaped("\\## Heading\n\n\\- one\n\\- two"));
        assert_eq!(tree.to_html(), "<h2>Heading</h2><ul><li>one</li><li>two</li></ul>");
    }
}
