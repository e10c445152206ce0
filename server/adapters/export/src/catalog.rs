//! Which post lives in which folder. The truth is in the folders' own `post.json`; the index only
//! saves looking through them all.

use crate::folder::Root;
use crate::name;
use igny8_actors_ports::PostStatus;
use igny8_protocol_ids::Epoch;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

/// The version of both files. A file with a newer one is not touched.
pub(crate) const FORMAT: u32 = 1;
const INDEX_FILE: &str = "index.json";
/// The metadata of one post.
pub(crate) const POST_FILE: &str = "post.json";

/// Why the folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExportError {
    /// The file system says no (or: not now).
    #[error("the export folder cannot be written ({0})")]
    Io(#[from] io::Error),
    /// Written by a later version of this program.
    #[error("{file} has format {format}, newer than this program knows: update the program")]
    Newer { file: String, format: u32 },
}

/// `post.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PostRecord {
    pub(crate) format: u32,
    pub(crate) external_id: String,
    pub(crate) revision: u64,
    pub(crate) epoch: Epoch,
    /// Hash of everything that was published.
    pub(crate) digest: String,
    pub(crate) status: PostStatus,
    pub(crate) title: String,
    pub(crate) slug: String,
    pub(crate) excerpt: String,
    pub(crate) tags: Vec<String>,
    pub(crate) categories: Vec<String>,
    pub(crate) seo: SeoRecord,
    pub(crate) images: Vec<ImageRecord>,
    pub(crate) modified_gmt: String,
    pub(crate) provenance: serde_json::Value,
}

/// What search engines are told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SeoRecord {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) focus_keyword: String,
}

/// One image of a post.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ImageRecord {
    pub(crate) external_id: String,
    /// Inside the post's folder.
    pub(crate) file: String,
    pub(crate) media_type: String,
    pub(crate) alt: String,
}

/// `index.json`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Catalog {
    format: u32,
    /// Folder by external id.
    posts: BTreeMap<String, String>,
}

impl Catalog {
    /// Reads the index; makes it anew from the folders if it is missing or unreadable.
    pub(crate) fn load(root: &Root) -> Result<Self, ExportError> {
        let path = root.path().join(INDEX_FILE);
        let found: Option<Self> = read_json(&path)?;
        match found {
            Some(index) if index.format > FORMAT => Err(newer(&path, index.format)),
            Some(index) if index.posts.values().all(|folder| name::is_slug(folder)) => Ok(index),
            _ => Self::rebuild(root),
        }
    }

    fn rebuild(root: &Root) -> Result<Self, ExportError> {
        let mut posts = BTreeMap::new();
        for entry in fs::read_dir(root.path())? {
            let folder = entry?.file_name();
            let Some(folder) = folder.to_str().filter(|folder| name::is_slug(folder)) else {
                continue;
            };
            if let Some(record) = read_record(root, folder)? {
                posts.insert(record.external_id, folder.to_owned());
            }
        }
        Ok(Self { format: FORMAT, posts })
    }

    /// The folder of a post: its own, or the first free one for its slug. What a folder says of
    /// itself counts more than the index: a wrong index must not overwrite another post.
    pub(crate) fn folder_for(
        &self,
        root: &Root,
        external_id: &str,
        slug: &str,
    ) -> Result<String, ExportError> {
        let known = self.posts.get(external_id).cloned();
        for folder in known.into_iter().chain(name::candidates(slug)) {
            let is_own = match read_record(root, &folder)? {
                Some(record) => record.external_id == external_id,
                None => self.is_free(root, external_id, &folder)?,
            };
            if is_own {
                return Ok(folder);
            }
        }
        unreachable!("the candidates do not end")
    }

    /// True if nothing is there and no other post has it promised.
    fn is_free(&self, root: &Root, external_id: &str, folder: &str) -> io::Result<bool> {
        let is_promised = self.posts.iter().any(|(id, name)| name == folder && id != external_id);
        Ok(!is_promised && !root.path().join(folder).try_exists()?)
    }

    /// Remembers a post's folder. Nothing is written if it is known already.
    pub(crate) fn remember(
        &mut self,
        root: &Root,
        external_id: &str,
        folder: &str,
    ) -> Result<(), ExportError> {
        if self.posts.get(external_id).is_some_and(|known| known == folder) {
            return Ok(());
        }
        self.posts.insert(external_id.to_owned(), folder.to_owned());
        let file = serde_json::to_vec_pretty(self).map_err(io::Error::from)?;
        Ok(root.put_file(INDEX_FILE, &file)?)
    }
}

/// A folder's `post.json`; `None` if there is none that can be read.
pub(crate) fn read_record(root: &Root, folder: &str) -> Result<Option<PostRecord>, ExportError> {
    let path = root.path().join(folder).join(POST_FILE);
    match read_json::<PostRecord>(&path)? {
        Some(record) if record.format > FORMAT => Err(newer(&path, record.format)),
        record => Ok(record),
    }
}

/// A file's value; `None` if the file is missing or is not what was expected.
fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    match fs::read(path) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
        Err(error)
            if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn newer(path: &Path, format: u32) -> ExportError {
    ExportError::Newer { file: path.display().to_string(), format }
}
