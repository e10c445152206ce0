//! Changes of single blocks.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use igny8_actors_document::{Block, BlockEdit, ContentTree, PatchError};

fn tree(markdown: &str) -> ContentTree {
    ContentTree::from_markdown(markdown)
}

fn blocks(markdown: &str) -> Vec<Block> {
    tree(markdown).blocks
}

fn replace(tree: &ContentTree, index: usize, by: &str) -> BlockEdit {
    BlockEdit::Replace { index, key: tree.blocks[index].key(), blocks: blocks(by) }
}

#[test]
fn places_are_those_before_the_patch() {
    let before = tree("One.\n\nTwo.\n\nThree.");
    let edits = [
        BlockEdit::Insert { after: Some(2), blocks: blocks("Four.") },
        replace(&before, 1, "2a.\n\n2b."),
        BlockEdit::Insert { after: None, blocks: blocks("# Title") },
        replace(&before, 0, ""),
    ];
    let after = before.patched(&edits).unwrap();
    assert_eq!(after.to_markdown().trim(), "# Title\n\n2a.\n\n2b.\n\nThree.\n\nFour.");
}

#[test]
fn what_has_changed_is_not_overwritten() {
    let seen = tree("One.\n\nTwo.");
    let edit = replace(&seen, 1, "Deux.");
    let now = tree("One.\n\nTwo, by a person.");
    assert_eq!(now.patched(&[edit]), Err(PatchError::Changed { index: 1 }));
}

#[test]
fn a_patch_names_each_block_once_and_those_that_are_there() {
    let before = tree("One.");
    let twice = [replace(&before, 0, "1."), replace(&before, 0, "1!")];
    assert_eq!(before.patched(&twice), Err(PatchError::Twice { index: 0 }));
    let far = [BlockEdit::Insert { after: Some(1), blocks: Vec::new() }];
    assert_eq!(before.patched(&far), Err(PatchError::Missing { index: 1, len: 1 }));
    let gone = BlockEdit::Replace { index: 3, key: String::new(), blocks: Vec::new() };
    assert_eq!(before.patched(&[gone]), Err(PatchError::Missing { index: 3, len: 1 }));
}
