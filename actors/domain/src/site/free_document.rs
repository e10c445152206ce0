//! Free documents: rooms of any Yjs content. The site knows their names; their content lives in
//! entities of their own.

use super::command::{SiteEffect, SiteReply};
use super::record::{FreeDocument, SiteRecord};
use super::state::{Site, free_document_key};
use crate::entity::{Context, Draft, Refusal};
use igny8_protocol_ids::DocumentId;

/// The longest name of a room, in bytes: it travels in addresses.
pub const ROOM_NAME_BYTES_MAX: usize = 128;
/// Free documents of one site: each costs the site's memory a hundred bytes.
pub const FREE_DOCUMENTS_MAX: usize = 10_000;

/// Checks the name of a room: what a URL's path carries as it is (RFC 3986, unreserved).
pub fn room_name(name: &str) -> Result<&str, Refusal> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    let is_path = matches!(name, "." | "..");
    if (1..=ROOM_NAME_BYTES_MAX).contains(&name.len()) && name.bytes().all(fits) && !is_path {
        return Ok(name);
    }
    let message = format!(
        "A room's name has 1 to {ROOM_NAME_BYTES_MAX} of these characters: A-Z a-z 0-9 - . _ ~"
    );
    Err(Refusal::invalid("invalid_room", message))
}

/// Two that open the same name at once get one document.
pub(super) fn open(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    name: &str,
) -> Result<SiteReply, Refusal> {
    let name = room_name(name)?;
    if let Some(document) = draft.free_document_by_name(name).cloned() {
        return Ok(SiteReply::FreeDocument { document, created: false });
    }
    if draft.free_documents().count() >= FREE_DOCUMENTS_MAX {
        let message = format!("A site has at most {FREE_DOCUMENTS_MAX} rooms. Delete some first.");
        return Err(Refusal::conflict("too_many_rooms", message));
    }
    let document = FreeDocument {
        id: DocumentId::new(context.now, context.entropy.chance()),
        name: name.to_owned(),
        created_at: context.now,
    };
    draft.put(SiteRecord::FreeDocument(document.clone()));
    Ok(SiteReply::FreeDocument { document, created: true })
}

/// The name is free at once; the content goes with the effect.
pub(super) fn delete(
    draft: &mut Draft<'_, Site>,
    document: DocumentId,
) -> Result<SiteReply, Refusal> {
    if draft.free_document(document).is_none() {
        return Err(Refusal::not_found("room"));
    }
    draft.delete(free_document_key(document));
    draft.effect(SiteEffect::EraseDocument { document });
    Ok(SiteReply::Done)
}
