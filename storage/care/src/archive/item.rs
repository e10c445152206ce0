//! The bytes of what an archive holds: a kind first, then a fixed layout. Numbers are big-endian.
//! Where a value has a stored form already, that form is used (`storage/api/src/codec.rs`).

use super::digest::Digest;
use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, Epoch, Scope, Sequence, TenantId, Timestamp};
use igny8_storage_api::codec::{StoredHead, decode_frame, encode_frame, kind_byte, kind_of_byte};
use igny8_storage_api::{
    AppendRow, BlobHash, EntityImage, Frame, Loaded, LogEntry, LogKey, LogPosition, OpenOutbox,
    OutboxKey, Record,
};
use uuid::Uuid;

/// What a record of a segment holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    /// An entity.
    Entity(EntityKey, EntityImage),
    /// A blob of a tenant.
    Blob(TenantId, Bytes),
    /// Some claims.
    Claims(Vec<(String, Bytes)>),
    /// Some entries of a log.
    Log(LogKey, Vec<LogEntry>),
}

impl Item {
    pub(super) fn kind(&self) -> u8 {
        match self {
            Self::Entity(..) => 1,
            Self::Blob(..) => 2,
            Self::Claims(..) => 3,
            Self::Log(..) => 4,
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        match self {
            Self::Entity(entity, image) => {
                writer.entity(entity);
                writer.image(image);
            }
            Self::Blob(tenant, bytes) => {
                writer.0.extend_from_slice(tenant.uuid().as_bytes());
                writer.0.extend_from_slice(bytes);
            }
            Self::Claims(claims) => writer.list(claims, |writer, (name, value)| {
                writer.field(name.as_bytes());
                writer.field(value);
            }),
            Self::Log(log, entries) => {
                writer.0.extend_from_slice(log.tenant.uuid().as_bytes());
                writer.field(log.stream.as_bytes());
                writer.list(entries, |writer, entry| {
                    writer.time(entry.position.at);
                    writer.number(entry.position.number);
                    writer.time(entry.expires);
                    writer.field(&entry.body);
                });
            }
        }
        writer.0
    }

    /// `None` for bytes that are no item of this kind.
    pub(super) fn decode(kind: u8, bytes: &Bytes) -> Option<Self> {
        let mut reader = Reader { rest: bytes.clone() };
        let item = match kind {
            1 => Self::Entity(reader.entity()?, reader.image()?),
            2 => Self::Blob(reader.tenant()?, std::mem::take(&mut reader.rest)),
            3 => Self::Claims(reader.list(|reader| Some((reader.text()?, reader.field()?)))?),
            4 => {
                let log = LogKey { tenant: reader.tenant()?, stream: reader.text()? };
                Self::Log(log, reader.list(Reader::log_entry)?)
            }
            _ => return None,
        };
        reader.rest.is_empty().then_some(item)
    }
}

/// The bytes of an image: the same for the same image on every backend.
pub(crate) fn encode_image(image: &EntityImage) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.image(image);
    writer.0
}

/// The hash of an image, by which two stores can be compared.
pub fn image_digest(image: &EntityImage) -> Digest {
    Digest::of(&encode_image(image))
}

/// The hash of appends and wake hint.
pub(super) fn digest_parts(appends: &[AppendRow], wake: Option<Timestamp>) -> Digest {
    let mut writer = Writer::default();
    writer.appends(appends);
    writer.wake(wake);
    Digest::of(&writer.0)
}

#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_be_bytes());
    }

    fn time(&mut self, value: Timestamp) {
        self.0.extend_from_slice(&value.as_millis().to_be_bytes());
    }

    fn field(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    fn list<T>(&mut self, items: &[T], each: impl Fn(&mut Self, &T)) {
        self.number(items.len() as u64);
        for item in items {
            each(self, item);
        }
    }

    fn entity(&mut self, entity: &EntityKey) {
        let tenant = match entity.scope {
            Scope::Platform => [0; 16],
            Scope::Tenant(tenant) => tenant.uuid().into_bytes(),
        };
        self.0.push(u8::from(entity.scope != Scope::Platform));
        self.0.extend_from_slice(&tenant);
        self.0.push(kind_byte(entity.kind));
        self.0.extend_from_slice(entity.id.as_bytes());
    }

    fn image(&mut self, image: &EntityImage) {
        let loaded = &image.loaded;
        self.field(&StoredHead { head: loaded.head, floor: image.floor }.encode());
        self.list(&loaded.records, |writer, record| {
            writer.field(&record.key);
            writer.list(&record.blobs, |writer, blob| writer.0.extend_from_slice(&blob.0));
            writer.field(&record.value);
        });
        self.list(&loaded.outbox, |writer, open| {
            writer.number(open.key.sequence.0);
            writer.number(open.key.index.into());
            writer.field(&open.body);
        });
        self.list(&image.frames, |writer, frame| {
            writer.number(frame.sequence.0);
            writer.field(&encode_frame(frame));
        });
        self.appends(&image.appends);
        self.wake(image.wake);
    }

    fn appends(&mut self, appends: &[AppendRow]) {
        self.list(appends, |writer, row| {
            writer.number(row.epoch.0);
            writer.number(row.sequence.0);
            writer.field(&row.body);
        });
    }

    fn wake(&mut self, wake: Option<Timestamp>) {
        self.list(wake.as_slice(), |writer, due| writer.time(*due));
    }
}

/// Reads from the front; `None` where it ends too soon.
struct Reader {
    rest: Bytes,
}

impl Reader {
    fn take(&mut self, count: usize) -> Option<Bytes> {
        (count <= self.rest.len()).then(|| self.rest.split_to(count))
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.as_ref().try_into().ok()
    }

    fn number(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    fn time(&mut self) -> Option<Timestamp> {
        self.array().map(i64::from_be_bytes).map(Timestamp::from_millis)
    }

    fn field(&mut self) -> Option<Bytes> {
        let length = usize::try_from(self.number()?).ok()?;
        self.take(length)
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.field()?.to_vec()).ok()
    }

    /// A damaged count runs out of bytes before it runs out of memory.
    fn list<T>(&mut self, mut each: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.number()?;
        (0..count).map(|_| each(self)).collect()
    }

    fn tenant(&mut self) -> Option<TenantId> {
        self.array().map(Uuid::from_bytes).map(TenantId::from_uuid)
    }

    fn entity(&mut self) -> Option<EntityKey> {
        let is_tenant = self.array::<1>()?[0] == 1;
        let tenant = self.tenant()?;
        let scope = if is_tenant { Scope::Tenant(tenant) } else { Scope::Platform };
        let kind = kind_of_byte(self.array::<1>()?[0])?;
        Some(EntityKey { scope, kind, id: Uuid::from_bytes(self.array()?) })
    }

    fn image(&mut self) -> Option<EntityImage> {
        let StoredHead { head, floor } = StoredHead::decode(&self.field()?)?;
        let records = self.list(Self::record)?;
        let outbox = self.list(Self::outbox)?;
        let frames = self.list(Self::frame)?;
        let appends = self.list(Self::append)?;
        let wake = self.list(Self::time)?;
        let wake = (wake.len() < 2).then(|| wake.first().copied())?;
        let loaded = Loaded { head, records, outbox };
        Some(EntityImage { loaded, floor, frames, appends, wake })
    }

    fn record(&mut self) -> Option<Record> {
        let key = self.field()?;
        let blobs = self.list(|reader| reader.array().map(BlobHash))?;
        Some(Record { key, value: self.field()?, blobs })
    }

    fn outbox(&mut self) -> Option<OpenOutbox> {
        let sequence = Sequence(self.number()?);
        let index = u32::try_from(self.number()?).ok()?;
        Some(OpenOutbox { key: OutboxKey { sequence, index }, body: self.field()? })
    }

    fn frame(&mut self) -> Option<Frame> {
        let sequence = Sequence(self.number()?);
        decode_frame(sequence, &self.field()?)
    }

    fn append(&mut self) -> Option<AppendRow> {
        let epoch = Epoch(self.number()?);
        Some(AppendRow { epoch, sequence: Sequence(self.number()?), body: self.field()? })
    }

    fn log_entry(&mut self) -> Option<LogEntry> {
        let position = LogPosition { at: self.time()?, number: self.number()? };
        Some(LogEntry { position, expires: self.time()?, body: self.field()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use igny8_storage_api::{ChangeDigest, CommitId, Floor, Head};

    fn tenant() -> TenantId {
        TenantId::from_uuid(Uuid::from_u128(7))
    }

    fn image() -> EntityImage {
        let head =
            Head { epoch: Epoch(2), sequence: Sequence(3), commit_id: CommitId(4), chain: [5; 32] };
        let record = Record { blobs: vec![BlobHash([6; 32])], ..Record::new("key", "value") };
        let key = OutboxKey { sequence: Sequence(3), index: 1 };
        let frame = Frame {
            epoch: Epoch(2),
            sequence: Sequence(3),
            commit_id: CommitId(4),
            digest: ChangeDigest { events: [7; 32], rest: [8; 32] },
            chain: [5; 32],
            events: vec![Bytes::from_static(b"event"), Bytes::new()],
        };
        let body = Bytes::from_static(b"body");
        EntityImage {
            loaded: Loaded {
                head,
                records: vec![record],
                outbox: vec![OpenOutbox { key, body: body.clone() }],
            },
            floor: Floor { sequence: Sequence(2), chain: [9; 32] },
            frames: vec![frame],
            appends: vec![AppendRow { epoch: Epoch(1), sequence: Sequence(1), body }],
            wake: Some(Timestamp::from_millis(-1)),
        }
    }

    fn items() -> Vec<Item> {
        let log = LogKey { tenant: tenant(), stream: "task/1".into() };
        let time = Timestamp::from_millis(5);
        let position = LogPosition { at: time, number: 6 };
        vec![
            Item::Entity(EntityKey::tenant(tenant()), image()),
            Item::Blob(tenant(), Bytes::from_static(b"blob")),
            Item::Claims(vec![("name".into(), Bytes::from_static(b"value"))]),
            Item::Log(log, vec![LogEntry { position, expires: time, body: Bytes::new() }]),
        ]
    }

    #[test]
    fn items_are_what_they_were_and_nothing_shorter_or_longer_decodes() {
        for item in items() {
            let bytes = Bytes::from(item.encode());
            assert_eq!(Item::decode(item.kind(), &bytes), Some(item.clone()));
            for cut in 0..bytes.len() {
                let part = Item::decode(item.kind(), &bytes.slice(..cut));
                // Less of a blob is another blob: its hash tells.
                assert!(
                    part.is_none() || matches!(part, Some(Item::Blob(..))),
                    "{item:?} at {cut}"
                );
            }
            let longer = Bytes::from([&bytes[..], b"x"].concat());
            assert_ne!(Item::decode(item.kind(), &longer), Some(item));
        }
        assert_eq!(Item::decode(9, &Bytes::new()), None);
    }

    /// Archives of version 1 are read for ever: these bytes never change.
    #[test]
    fn version_1_is_written_as_ever() {
        let all: Vec<u8> = items().iter().flat_map(Item::encode).collect();
        assert_eq!(
            Digest::of(&all).to_string(),
            "1d7b0f1bf783d3d73dc3cb76597de34dab55031f6a513bcdbcf140253c4319ce"
        );
    }

    #[test]
    fn each_part_of_an_image_counts_in_its_digest() {
        let digest = image_digest(&image());
        let mut others: Vec<EntityImage> = (0..5).map(|_| image()).collect();
        others[0].loaded.records[0].blobs.clear();
        others[1].loaded.outbox.clear();
        others[2].frames[0].events.clear();
        others[3].appends.clear();
        others[4].wake = None;
        for other in others {
            assert_ne!(image_digest(&other), digest, "{other:?}");
        }
    }
}
