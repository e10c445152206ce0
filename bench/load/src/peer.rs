//! The shared document as a client has it: reads what others write, types a paragraph of its own.

use anyhow::Result;
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{
    Doc, GetString, ReadTxn, Text, Transact, Update, XmlElementPrelim, XmlFragment, XmlFragmentRef,
    XmlTextPrelim, XmlTextRef,
};

/// The root fragment of TipTap's documents.
const ROOT: &str = "default";

/// A client's copy.
pub(crate) struct Peer {
    document: Doc,
    root: XmlFragmentRef,
}

impl Peer {
    /// An empty copy.
    pub(crate) fn new() -> Self {
        let document = Doc::new();
        let root = document.get_or_insert_xml_fragment(ROOT);
        Self { document, root }
    }

    /// Takes an update; true if it brought something.
    pub(crate) fn apply(&self, update: &[u8]) -> Result<bool> {
        let mut transaction = self.document.transact_mut();
        let before = transaction.state_vector();
        transaction.apply_update(Update::decode_v1(update)?)?;
        Ok(transaction.state_vector() != before)
    }

    /// How far the copy is.
    pub(crate) fn state_vector(&self) -> Vec<u8> {
        self.document.transact().state_vector().encode_v1()
    }

    /// True once there is anything to read.
    pub(crate) fn has_text(&self) -> bool {
        let markup = self.root.get_string(&self.document.transact());
        let mut tags = markup.split('<');
        let before_all_tags = tags.next().unwrap_or_default();
        !before_all_tags.trim().is_empty()
            || tags.any(|tag| tag.split_once('>').is_some_and(|(_, text)| !text.trim().is_empty()))
    }

    /// Adds a paragraph at the end; answers it with the update.
    pub(crate) fn begin_paragraph(&self) -> Result<(XmlTextRef, Vec<u8>)> {
        let mut transaction = self.document.transact_mut();
        let paragraph = self.root.push_back(&mut transaction, XmlElementPrelim::empty("paragraph"));
        let text = paragraph.push_back(&mut transaction, XmlTextPrelim::new(""));
        Ok((text, transaction.encode_update_v1()))
    }

    /// Types at the end of a paragraph; answers the update.
    pub(crate) fn type_into(&self, paragraph: &XmlTextRef, text: &str) -> Vec<u8> {
        let mut transaction = self.document.transact_mut();
        paragraph.push(&mut transaction, text);
        transaction.encode_update_v1()
    }
}
