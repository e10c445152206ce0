//! Who wrote what.

use igny8_actors_runtime::{Author, AuthoredSpan, Authorship, ContentTree, Maker, WriterEntry};
use igny8_protocol_ids::RunId;
use igny8_protocol_wire::rest::document::author as wire;

/// The model, and the prompt as it was.
pub(super) fn made_by(maker: Maker) -> (String, wire::PromptUsed) {
    let Maker { model, prompt: kind, version } = maker;
    (model, wire::PromptUsed { kind, version })
}

fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// `model` says which model a run of an older build used, where that is still known.
pub(crate) fn authorship(
    authorship: Authorship,
    tree: &ContentTree,
    model: impl Fn(RunId) -> Option<String>,
) -> wire::Authorship {
    let Authorship { authors, writers, spans } = authorship;
    let keys: Vec<String> = tree.blocks.iter().map(|block| block.key()).collect();
    let author = |author: Author| match author {
        Author::Account(account) => wire::AuthorView::Account { account },
        Author::Run { run, name, maker } => {
            let (known, prompt) = maker.map(made_by).unzip();
            wire::AuthorView::Run { model: known.or_else(|| model(run)), prompt, run, name }
        }
        Author::Server => wire::AuthorView::Server,
    };
    let writer = |WriterEntry { client, clock, author }: WriterEntry| wire::WriterView {
        client,
        clock,
        author: number(author),
    };
    let span = |AuthoredSpan { block, from, to, author }: AuthoredSpan| wire::AuthoredSpan {
        index: number(block),
        key: keys.get(block).cloned().unwrap_or_default(),
        from,
        to,
        author: author.map(number),
    };
    wire::Authorship {
        authors: authors.into_iter().map(author).collect(),
        writers: writers.into_iter().map(writer).collect(),
        spans: spans.into_iter().map(span).collect(),
    }
}
