//! The check: what one client of a run got makes a document.

use crate::protocol::update::ROOT;
use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use yrs::updates::decoder::Decode;
use yrs::updates::encoder::Encode;
use yrs::{Doc, GetString, ReadTxn, Transact, Update};

/// What a document has that takes these updates, as far as they go together.
pub(crate) fn state_vector_of(updates: &[Bytes]) -> Result<Vec<u8>> {
    Ok(document_of(updates)?.transact().state_vector().encode_v1())
}

/// The text of a document that takes these updates in their order.
pub(crate) fn text_of(updates: &[Bytes]) -> Result<String> {
    let doc = document_of(updates)?;
    let text = doc.get_or_insert_text(ROOT);
    let transaction = doc.transact();
    ensure!(!transaction.has_missing_updates(), "something is missing in the document");
    Ok(text.get_string(&transaction))
}

fn document_of(updates: &[Bytes]) -> Result<Doc> {
    let doc = Doc::new();
    doc.get_or_insert_text(ROOT);
    for update in updates {
        let update = Update::decode_v1(update).context("an update that is none")?;
        doc.transact_mut().apply_update(update).context("an update that cannot be applied")?;
    }
    Ok(doc)
}
