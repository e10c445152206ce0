//! Reads a Yjs v1 update without applying it, so that it can be refused before it touches the live
//! document. Only the checks rely on this; what is applied is what yrs decodes from the same bytes.

use std::collections::HashMap;
use std::panic::catch_unwind;
use std::sync::Arc;

use serde_json::Value;
use yrs::encoding::read::{Error, Read};
use yrs::updates::decoder::{Decode, Decoder, DecoderV1};
use yrs::{ClientID, ID, IdSet, StateVector};

/// A client id has 53 bits: JavaScript's integers.
const CLIENT_ID_MAX: u64 = (1 << 53) - 1;

/// Levels of a value: far more than any editor nests, far less than the stack holds.
const VALUE_DEPTH_MAX: u32 = 64;

const ORIGIN: u8 = 0x80;
const RIGHT_ORIGIN: u8 = 0x40;
const PARENT_KEY: u8 = 0x20;
const CONTENT: u8 = 0x0f;

/// One run of ids made by one client.
#[derive(Debug)]
pub(crate) struct Struct {
    pub(crate) id: ID,
    pub(crate) len: u32,
    pub(crate) kind: Kind,
}

#[derive(Debug)]
pub(crate) enum Kind {
    /// Deleted and forgotten, its place in the document included.
    Collected,
    /// A hole. Yjs 13 parks what follows it without a word, so it is never accepted.
    Skip,
    Item(Item),
}

#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) origin: Option<ID>,
    pub(crate) right_origin: Option<ID>,
    /// Given only where there is no origin to copy it from.
    pub(crate) parent: Option<Parent>,
    pub(crate) key: Option<Arc<str>>,
    pub(crate) content: Content,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Parent {
    Root(Arc<str>),
    Id(ID),
}

#[derive(Debug)]
pub(crate) enum Content {
    Deleted,
    Text,
    Format(Arc<str>, Value),
    Element(Arc<str>),
    XmlText,
    Values(Vec<Value>),
    /// Binary, embeds, sub-documents: nothing an article holds.
    Foreign(&'static str),
    /// Maps, arrays and other shared types: nothing an article holds.
    ForeignType(&'static str),
}

/// An update taken apart.
#[derive(Debug)]
pub(crate) struct Incoming {
    /// Per client in ascending order of clocks without gaps, as the encoding is.
    pub(crate) structs: Vec<Struct>,
    /// First clock of each client section.
    pub(crate) first: Vec<ID>,
    /// Per client, the clock after its last struct.
    pub(crate) end: HashMap<ClientID, u32>,
    pub(crate) deletes: IdSet,
}

impl Incoming {
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, String> {
        catch_unwind(|| Self::read(bytes).map_err(|error| error.to_string()))
            .unwrap_or_else(|_| Err("the decoder panicked".to_owned()))
    }

    /// Whether it inserts anything that someone with this state vector lacks.
    pub(crate) fn adds_to(&self, have: &StateVector) -> bool {
        self.end.iter().any(|(client, end)| *end > have.get(client))
    }

    fn read(bytes: &[u8]) -> Result<Self, Error> {
        let mut decoder = DecoderV1::from(bytes);
        let mut incoming = Self {
            structs: Vec::new(),
            first: Vec::new(),
            end: HashMap::new(),
            deletes: IdSet::new(),
        };
        let sections: u32 = decoder.read_var()?;
        for _ in 0..sections {
            incoming.read_section(&mut decoder)?;
        }
        incoming.deletes = read_deletes(&mut decoder)?;
        if decoder.read_u8().is_ok() {
            return Err(Error::UnexpectedValue);
        }
        Ok(incoming)
    }

    /// Per client of whom it brings something that is not there yet, where that begins.
    pub(crate) fn news(&self, have: &yrs::StateVector) -> Vec<(u64, u32)> {
        let news = |first: &ID| {
            let from = first.clock.max(have.get(&first.client));
            (self.end.get(&first.client) > Some(&from)).then_some((first.client.get(), from))
        };
        self.first.iter().filter_map(news).collect()
    }

    fn read_section(&mut self, decoder: &mut DecoderV1<'_>) -> Result<(), Error> {
        let count: u32 = decoder.read_var()?;
        let client = read_client(decoder)?;
        let mut clock: u32 = decoder.read_var()?;
        if self.end.contains_key(&client) {
            return Err(Error::UnexpectedValue);
        }
        self.first.push(ID::new(client, clock));
        for _ in 0..count {
            let (kind, len) = read_struct(decoder)?;
            if len == 0 {
                return Err(Error::UnexpectedValue);
            }
            self.structs.push(Struct { id: ID::new(client, clock), len, kind });
            clock = clock.checked_add(len).ok_or(Error::UnexpectedValue)?;
        }
        self.end.insert(client, clock);
        Ok(())
    }
}

/// Whether an update inserts anything that someone with this state vector lacks; deletions aside.
/// Bytes that cannot be read insert nothing.
pub fn adds_to(state_vector: &[u8], update: &[u8]) -> bool {
    let read = (decode_state_vector(state_vector), Incoming::decode(update));
    matches!(read, (Ok(have), Ok(incoming)) if incoming.adds_to(&have))
}

fn read_deletes(decoder: &mut DecoderV1<'_>) -> Result<IdSet, Error> {
    let mut deletes = IdSet::new();
    let clients: u32 = decoder.read_var()?;
    for _ in 0..clients {
        let client = read_client(decoder)?;
        let ranges: u32 = decoder.read_var()?;
        for _ in 0..ranges {
            let clock: u32 = decoder.read_var()?;
            let len: u32 = decoder.read_var()?;
            clock.checked_add(len).ok_or(Error::UnexpectedValue)?;
            if len > 0 {
                deletes.insert(ID::new(client, clock), len);
            }
        }
    }
    Ok(deletes)
}

fn read_client(decoder: &mut DecoderV1<'_>) -> Result<ClientID, Error> {
    let client: u64 = decoder.read_var()?;
    if client > CLIENT_ID_MAX { Err(Error::UnexpectedValue) } else { Ok(ClientID::new(client)) }
}

fn read_id(decoder: &mut DecoderV1<'_>) -> Result<ID, Error> {
    let client = read_client(decoder)?;
    Ok(ID::new(client, decoder.read_var()?))
}

fn read_struct(decoder: &mut DecoderV1<'_>) -> Result<(Kind, u32), Error> {
    let info = decoder.read_u8()?;
    match info {
        0 => return Ok((Kind::Collected, decoder.read_var()?)),
        10 => return Ok((Kind::Skip, decoder.read_var()?)),
        _ => {}
    }
    let origin = if info & ORIGIN != 0 { Some(read_id(decoder)?) } else { None };
    let right_origin = if info & RIGHT_ORIGIN != 0 { Some(read_id(decoder)?) } else { None };
    let (mut parent, mut key) = (None, None);
    if origin.is_none() && right_origin.is_none() {
        parent = Some(match decoder.read_var::<u32>()? {
            1 => Parent::Root(decoder.read_string()?.into()),
            _ => Parent::Id(read_id(decoder)?),
        });
        if info & PARENT_KEY != 0 {
            key = Some(decoder.read_string()?.into());
        }
    }
    let (content, len) = read_content(decoder, info & CONTENT)?;
    Ok((Kind::Item(Item { origin, right_origin, parent, key, content }), len))
}

fn read_content(decoder: &mut DecoderV1<'_>, kind: u8) -> Result<(Content, u32), Error> {
    Ok(match kind {
        1 => (Content::Deleted, decoder.read_var()?),
        2 => return Err(Error::UnexpectedValue),
        3 => {
            decoder.read_buf()?;
            (Content::Foreign("binary"), 1)
        }
        4 => (Content::Text, crate::node::utf16_len(decoder.read_string()?)),
        5 => {
            decoder.read_json()?;
            (Content::Foreign("embed"), 1)
        }
        6 => {
            let key = decoder.read_key()?;
            (Content::Format(key, crate::yjs::to_value(&decoder.read_json()?)), 1)
        }
        7 => (read_type(decoder)?, 1),
        8 => {
            let count: u32 = decoder.read_var()?;
            let mut values = Vec::new();
            for _ in 0..count {
                values.push(read_value(decoder, 0)?);
            }
            (Content::Values(values), count)
        }
        9 => {
            decoder.read_string()?;
            read_value(decoder, 0)?;
            (Content::Foreign("sub-document"), 1)
        }
        _ => return Err(Error::UnexpectedValue),
    })
}

fn read_type(decoder: &mut DecoderV1<'_>) -> Result<Content, Error> {
    Ok(match decoder.read_type_ref()? {
        3 => Content::Element(decoder.read_key()?),
        6 => Content::XmlText,
        0 => Content::ForeignType("array"),
        1 => Content::ForeignType("map"),
        2 => Content::ForeignType("text outside XML"),
        4 => Content::ForeignType("nested fragment"),
        _ => return Err(Error::UnexpectedValue),
    })
}

/// A value, read by lib0's table of tags. yrs reads the same bytes again by calling itself for each
/// level without a bound: a value that is nested too deep would end the whole process.
fn read_value(decoder: &mut DecoderV1<'_>, depth: u32) -> Result<Value, Error> {
    if depth > VALUE_DEPTH_MAX {
        return Err(Error::UnexpectedValue);
    }
    Ok(match decoder.read_u8()? {
        116 => Value::from(decoder.read_buf()?.to_vec()),
        117 => {
            let count: u32 = decoder.read_var()?;
            let mut items = Vec::new();
            for _ in 0..count {
                items.push(read_value(decoder, depth + 1)?);
            }
            Value::Array(items)
        }
        118 => {
            let count: u32 = decoder.read_var()?;
            let mut map = serde_json::Map::new();
            for _ in 0..count {
                let key = decoder.read_string()?.to_owned();
                map.insert(key, read_value(decoder, depth + 1)?);
            }
            Value::Object(map)
        }
        119 => Value::from(decoder.read_string()?),
        120 => Value::Bool(true),
        121 => Value::Bool(false),
        122 => Value::from(decoder.read_i64()?),
        123 => number(decoder.read_f64()?),
        124 => number(f64::from(decoder.read_f32()?)),
        125 => Value::from(decoder.read_var::<i64>()?),
        126 | 127 => Value::Null,
        _ => return Err(Error::UnexpectedValue),
    })
}

/// A number as our nodes hold it: whole ones as integers.
fn number(n: f64) -> Value {
    crate::yjs::to_value(&yrs::Any::Number(yrs::Number::Float(n)))
}

/// A state vector as a client sends it.
pub(crate) fn decode_state_vector(bytes: &[u8]) -> Result<StateVector, String> {
    let mut decoder = DecoderV1::from(bytes);
    let read = (|| -> Result<(), Error> {
        let count: u32 = decoder.read_var()?;
        for _ in 0..count {
            read_client(&mut decoder)?;
            decoder.read_var::<u32>()?;
        }
        Ok(())
    })();
    read.map_err(|error| error.to_string())?;
    StateVector::decode_v1(bytes).map_err(|error| error.to_string())
}
