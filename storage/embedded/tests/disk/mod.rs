//! What a disk holds after a loss of power: put together from what the preload library of
//! infra/test-servers/faultfs wrote down about a process.
//!
//! A file's bytes are durable once it was synced, a name once its directory was. Of all the rest a
//! seed chooses: nothing, everything, the earlier part, or any sectors in any order.

#![allow(clippy::unwrap_used)]

mod loss;
mod record;

use crate::chance::Chance;
pub(crate) use loss::Loss;
use record::{Entry, Kind};

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::process::Command;

type Id = usize;

/// A change of a file that was not synced yet.
enum Edit {
    Write { at: usize, bytes: Vec<u8> },
    Resize(usize),
}

/// A change of a directory that was not synced yet.
enum Naming {
    Link(String, Id),
    Unlink(String),
    /// All of it or nothing, as every file system has it.
    Rename(String, String, Id),
}

enum Node {
    File { durable: Vec<u8>, pending: Vec<Edit> },
    Directory { durable: BTreeMap<String, Id>, now: BTreeMap<String, Id>, pending: Vec<Naming> },
}

/// The files below a directory, with what is durable of them.
pub(crate) struct Disk {
    root: PathBuf,
    nodes: Vec<Node>,
    open: HashMap<i32, Id>,
    /// Whether the sync of a new file makes its name durable too, as ext4, XFS and btrfs do.
    names_with_files: bool,
    syncs: usize,
}

const ROOT: Id = 0;

impl Disk {
    /// Everything below `root` as it is now is durable.
    pub(crate) fn load(root: &Path, names_with_files: bool) -> Self {
        let mut disk = Self {
            root: root.to_owned(),
            nodes: Vec::new(),
            open: HashMap::new(),
            names_with_files,
            syncs: 0,
        };
        disk.load_directory(root);
        disk
    }

    fn load_directory(&mut self, path: &Path) -> Id {
        let id = self.add_directory();
        let mut names = BTreeMap::new();
        for entry in std::fs::read_dir(path).unwrap() {
            let entry = entry.unwrap();
            let node = if entry.file_type().unwrap().is_dir() {
                self.load_directory(&entry.path())
            } else {
                self.add_file(std::fs::read(entry.path()).unwrap())
            };
            names.insert(entry.file_name().into_string().unwrap(), node);
        }
        self.nodes[id] =
            Node::Directory { durable: names.clone(), now: names, pending: Vec::new() };
        id
    }

    fn add_directory(&mut self) -> Id {
        let (durable, now) = (BTreeMap::new(), BTreeMap::new());
        self.nodes.push(Node::Directory { durable, now, pending: Vec::new() });
        self.nodes.len() - 1
    }

    fn add_file(&mut self, durable: Vec<u8>) -> Id {
        self.nodes.push(Node::File { durable, pending: Vec::new() });
        self.nodes.len() - 1
    }

    /// Follows what a process did. The chance decides what a failed sync left.
    pub(crate) fn follow(&mut self, record: &Path, chance: &mut Chance) {
        // A process that was killed at once has done nothing.
        let bytes = std::fs::read(record).unwrap_or_default();
        for entry in record::entries(&bytes) {
            self.apply(&entry, chance);
        }
    }

    /// How many syncs there were.
    pub(crate) fn syncs(&self) -> usize {
        self.syncs
    }

    fn apply(&mut self, entry: &Entry<'_>, chance: &mut Chance) {
        let Entry { kind, fd, offset, first, second } = *entry;
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        match kind {
            Kind::Opened => self.opened(fd, &text(first), offset),
            Kind::Written => {
                self.edit(fd, Edit::Write { at: offset as usize, bytes: first.to_vec() });
            }
            Kind::Resized => self.edit(fd, Edit::Resize(offset as usize)),
            Kind::Synced => self.synced(fd),
            Kind::SyncLost => self.sync_lost(fd, chance),
            Kind::Closed => drop(self.open.remove(&fd)),
            Kind::Copied => {
                if let Some(id) = self.open.get(&(offset as i32)).copied() {
                    self.open.insert(fd, id);
                }
            }
            Kind::Renamed => self.renamed(&text(first), &text(second)),
            Kind::Unlinked | Kind::Removed => {
                self.name(&text(first), |name, _| Naming::Unlink(name))
            }
            Kind::Made => {
                let id = self.add_directory();
                self.name(&text(first), |name, _| Naming::Link(name, id));
            }
        }
    }

    fn opened(&mut self, fd: i32, path: &str, made: u64) {
        let id = self.find(path).unwrap_or_else(|| {
            let id = self.add_file(Vec::new());
            self.name(path, |name, _| Naming::Link(name, id));
            id
        });
        self.open.insert(fd, id);
        if made & 1 == 1 {
            self.edit(fd, Edit::Resize(0));
        }
    }

    fn edit(&mut self, fd: i32, edit: Edit) {
        let Some(id) = self.open.get(&fd) else { return };
        if let Node::File { pending, .. } = &mut self.nodes[*id] {
            pending.push(edit);
        }
    }

    fn synced(&mut self, fd: i32) {
        self.syncs += 1;
        let Some(id) = self.open.get(&fd).copied() else { return };
        match &mut self.nodes[id] {
            Node::File { durable, pending } => {
                for edit in pending.drain(..) {
                    apply_edit(durable, &edit);
                }
                if self.names_with_files {
                    self.link_durably(id);
                }
            }
            Node::Directory { durable, now, pending } => {
                durable.clone_from(now);
                pending.clear();
            }
        }
    }

    /// The name that a file was made with, and those of the directories above it.
    fn link_durably(&mut self, file: Id) {
        let mut linked = Some(file);
        while let Some(child) = linked.take() {
            for (id, node) in self.nodes.iter_mut().enumerate() {
                let Node::Directory { durable, pending, .. } = node else { continue };
                let made = |naming: &Naming| matches!(naming, Naming::Link(_, id) if *id == child);
                if let Some(place) = pending.iter().position(made) {
                    apply_naming(durable, &pending.remove(place));
                    linked = Some(id);
                }
            }
        }
    }

    /// What was written may be there or not, and no later sync changes that.
    fn sync_lost(&mut self, fd: i32, chance: &mut Chance) {
        let Some(id) = self.open.get(&fd).copied() else { return };
        if let Node::File { durable, pending } = &mut self.nodes[id] {
            for edit in pending.drain(..) {
                loss::keep_some(durable, &edit, Loss::Sectors, chance);
            }
        }
    }

    fn renamed(&mut self, from: &str, to: &str) {
        let id = self.find(from).expect("what is renamed is there");
        if parent(from) == parent(to) {
            let old = name(from);
            self.name(to, |new, _| Naming::Rename(old, new, id));
        } else {
            self.name(to, |new, _| Naming::Link(new, id));
            self.name(from, |old, _| Naming::Unlink(old));
        }
    }

    fn name(&mut self, path: &str, naming: impl FnOnce(String, Id) -> Naming) {
        let id = self.find(&parent(path)).expect("the directory is there");
        let naming = naming(name(path), id);
        let Node::Directory { now, pending, .. } = &mut self.nodes[id] else {
            panic!("{path} is not in a directory");
        };
        apply_naming(now, &naming);
        pending.push(naming);
    }

    fn find(&self, path: &str) -> Option<Id> {
        let path = Path::new(path).strip_prefix(&self.root).ok()?;
        path.iter().try_fold(ROOT, |id, name| match &self.nodes[id] {
            Node::Directory { now, .. } => now.get(name.to_str()?).copied(),
            Node::File { .. } => None,
        })
    }
}

fn apply_edit(content: &mut Vec<u8>, edit: &Edit) {
    match edit {
        Edit::Write { at, bytes } => {
            let end = at + bytes.len();
            if content.len() < end {
                content.resize(end, 0);
            }
            content[*at..end].copy_from_slice(bytes);
        }
        Edit::Resize(size) => content.resize(*size, 0),
    }
}

fn apply_naming(names: &mut BTreeMap<String, Id>, naming: &Naming) {
    match naming {
        Naming::Link(name, id) => drop(names.insert(name.clone(), *id)),
        Naming::Unlink(name) => drop(names.remove(name)),
        Naming::Rename(from, to, id) => {
            names.remove(from);
            names.insert(to.clone(), *id);
        }
    }
}

fn parent(path: &str) -> String {
    Path::new(path).parent().unwrap().to_str().unwrap().to_owned()
}

fn name(path: &str) -> String {
    Path::new(path).file_name().unwrap().to_str().unwrap().to_owned()
}

/// Builds the preload library into this directory.
pub(crate) fn build_library(directory: &Path) -> PathBuf {
    let source =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra/test-servers/faultfs/faultfs.c");
    let library = directory.join("faultfs.so");
    let status = Command::new("cc")
        .args(["-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o"])
        .args([&library, &source])
        .args(["-ldl", "-lpthread"])
        .status()
        .expect("a C compiler is there: building the workspace needs one");
    assert!(status.success(), "the preload library does not compile");
    library
}
