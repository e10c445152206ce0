//! A whole text that a program hands in: an edit like any other, which changes what differs and
//! keeps what stood there.

use super::activity::Happened;
use super::actor::State;
use super::handle::DocumentHandle;
use super::record::{Version, VersionCause};
use crate::failure::Failure;
use igny8_actors_document::{ContentForm, ContentTree, DOCUMENT_BYTES_MAX};
use igny8_actors_domain::{Refusal, RefusalKind};
use igny8_protocol_ids::AccountId;

/// A text that is to be the document's.
#[derive(Clone, Debug)]
pub struct NewContent {
    /// The text.
    pub content: ContentTree,
    /// The form in which it came: what that cannot say stays on blocks that come back unchanged.
    pub form: ContentForm,
    /// The revision of the text that it was made from, if another one is not to be overwritten.
    pub over: Option<String>,
    /// True for the text that a document begins with: one that is there already stays.
    pub only_first: bool,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// Tells the text from any other.
    pub revision: String,
    /// Its words.
    pub words: u32,
    /// False if it was that text already.
    pub changed: bool,
    /// What stood there before, if anything did and it was changed.
    pub kept: Option<Version>,
}

impl State {
    fn put_content(&mut self, put: &NewContent, by: AccountId) -> Result<Replaced, Failure> {
        let current = self.live.tree();
        let next = current.replaced_by(&put.content, put.form);
        let revision = current.revision();
        // Said twice, it is done once, whatever text it was made from.
        let is_done = next.revision() == revision || put.only_first && !current.is_blank();
        if is_done {
            return Ok(replaced(&current, false, None));
        }
        if put.over.as_ref().is_some_and(|over| *over != revision) {
            let message = format!(
                "Nothing was changed: the text is not the one that yours was made from. \
                 Read it again; its revision is {revision}."
            );
            return Err(Refusal::conflict("content_changed", message).into());
        }
        self.check_room_for(&put.content)?;
        let kept = (!current.is_blank())
            .then(|| self.keep_version(VersionCause::BeforeReplace, None, Some(by)));
        let update = self.live.replace_with(&next);
        self.by_account(update, by);
        let before = kept.as_ref().map(|version| version.id.uuid());
        self.note_by(by, Happened::Replaced, None, before);
        Ok(replaced(&self.live.tree(), true, kept))
    }

    /// The bytes of its JSON are more than those of the edit that brings it.
    fn check_room_for(&self, content: &ContentTree) -> Result<(), Failure> {
        let bytes = content.to_prosemirror_json().to_string().len();
        if self.live.size() + bytes <= DOCUMENT_BYTES_MAX {
            return Ok(());
        }
        let message = format!(
            "Nothing was changed: the document would be larger than {} MiB. Divide it.",
            DOCUMENT_BYTES_MAX / (1024 * 1024)
        );
        Err(Refusal::new(RefusalKind::Invalid, "document_too_large", message).into())
    }
}

fn replaced(tree: &ContentTree, changed: bool, kept: Option<Version>) -> Replaced {
    let words = u32::try_from(tree.word_count()).unwrap_or(u32::MAX);
    Replaced { revision: tree.revision(), words, changed, kept }
}

impl DocumentHandle {
    /// Makes a text the document's, in somebody's name. What differs is changed in one edit, so that
    /// what others type meanwhile is in it; what stood there is kept as a version. The same text
    /// once more changes nothing.
    pub async fn put(&self, content: NewContent, by: AccountId) -> Result<Replaced, Failure> {
        self.history(move |state| state.put_content(&content, by)).await
    }
}
