//! The moment of the loss: what was not synced is there or not, as a seed has it.

use super::{Disk, Edit, Id, Node, ROOT, apply_edit, apply_naming};
use crate::chance::Chance;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// What a disk writes as a whole.
const SECTOR_BYTES: usize = 512;
/// Blocks of zeros stay holes in the files that are put together.
const HOLE_BYTES: usize = 64 * 1024;

/// What becomes of what was not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    /// Nothing of it is there.
    Everything,
    /// All of it is.
    Nothing,
    /// The earlier part is, down to a torn sector.
    Tail,
    /// Any sectors are.
    Sectors,
    /// As before, and some of the others hold neither the old nor the new.
    Garbage,
}

impl Loss {
    pub(crate) fn draw(chance: &mut Chance) -> Self {
        let all = [Self::Everything, Self::Nothing, Self::Tail, Self::Sectors, Self::Garbage];
        all[chance.below(all.len())]
    }
}

impl Disk {
    /// Puts the directory together as it is after the loss.
    pub(crate) fn lose(&mut self, loss: Loss, chance: &mut Chance, target: &Path) {
        for node in &mut self.nodes {
            match node {
                Node::File { durable, pending } => {
                    let kept = kept_of(pending.len(), loss, chance);
                    for edit in pending.drain(..).take(kept) {
                        keep_some(durable, &edit, loss, chance);
                    }
                }
                Node::Directory { durable, now, pending } => {
                    let kept = kept_of(pending.len(), loss, chance);
                    for naming in pending.drain(..).take(kept) {
                        if !matches!(loss, Loss::Sectors | Loss::Garbage) || chance.coin() {
                            apply_naming(durable, &naming);
                        }
                    }
                    now.clone_from(durable);
                }
            }
        }
        self.open.clear();
        self.write_directory(ROOT, target);
    }

    fn write_directory(&self, id: Id, target: &Path) {
        std::fs::create_dir_all(target).unwrap();
        let Node::Directory { durable, .. } = &self.nodes[id] else { unreachable!() };
        for (name, id) in durable {
            match &self.nodes[*id] {
                Node::File { durable, .. } => write_file(&target.join(name), durable),
                Node::Directory { .. } => self.write_directory(*id, &target.join(name)),
            }
        }
    }
}

fn write_file(path: &Path, content: &[u8]) {
    let file = File::create_new(path).unwrap();
    file.set_len(content.len() as u64).unwrap();
    for (number, block) in content.chunks(HOLE_BYTES).enumerate() {
        if block.iter().any(|byte| *byte != 0) {
            file.write_all_at(block, (number * HOLE_BYTES) as u64).unwrap();
        }
    }
}

/// How many of the unsynced changes, in their order, may have come.
fn kept_of(count: usize, loss: Loss, chance: &mut Chance) -> usize {
    match loss {
        Loss::Everything => 0,
        Loss::Nothing | Loss::Sectors | Loss::Garbage => count,
        Loss::Tail => chance.below(count + 1),
    }
}

/// Applies an unsynced change as far as it came.
pub(super) fn keep_some(content: &mut Vec<u8>, edit: &Edit, loss: Loss, chance: &mut Chance) {
    match (loss, edit) {
        (Loss::Everything, _) => {}
        (Loss::Tail, Edit::Write { at, bytes }) => {
            // The cut is anywhere in the last change; in the others it would be a lie.
            let kept = if chance.below(4) == 0 { chance.below(bytes.len()) } else { bytes.len() };
            apply_edit(content, &Edit::Write { at: *at, bytes: bytes[..kept].to_vec() });
        }
        (Loss::Sectors | Loss::Garbage, Edit::Write { at, bytes }) => {
            keep_sectors(content, (*at, bytes), loss, chance);
        }
        (Loss::Sectors | Loss::Garbage, Edit::Resize(_)) => {
            if chance.coin() {
                apply_edit(content, edit);
            }
        }
        (Loss::Nothing, _) | (_, Edit::Resize(_)) => apply_edit(content, edit),
    }
}

fn keep_sectors(
    content: &mut Vec<u8>,
    (at, bytes): (usize, &[u8]),
    loss: Loss,
    chance: &mut Chance,
) {
    let mut from = 0;
    while from < bytes.len() {
        let to = ((at + from) / SECTOR_BYTES + 1) * SECTOR_BYTES - at;
        let sector = &bytes[from..to.min(bytes.len())];
        if chance.coin() {
            apply_edit(content, &Edit::Write { at: at + from, bytes: sector.to_vec() });
        } else if loss == Loss::Garbage && chance.below(4) == 0 {
            let garbage = sector.iter().map(|_| chance.next() as u8).collect();
            apply_edit(content, &Edit::Write { at: at + from, bytes: garbage });
        }
        from = to;
    }
}
