//! What a frame says of tasks, read without building the rest of it: the client shares the machine
//! with the server that it measures.

use anyhow::{Result, bail};
use serde::Deserialize;

/// A frame of the server, as far as it matters here.
#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(borrow)]
    r#type: &'a str,
    #[serde(default, borrow)]
    events: Vec<Event<'a>>,
    #[serde(default, borrow)]
    code: Option<&'a str>,
    #[serde(default, borrow)]
    reason: Option<&'a str>,
}

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(default, borrow)]
    task: Option<Seen<'a>>,
}

/// A task's new state.
#[derive(Deserialize)]
pub(crate) struct Seen<'a> {
    /// Which.
    pub(crate) id: &'a str,
    /// What it is now.
    pub(crate) status: &'a str,
}

impl Seen<'_> {
    /// True while it waits or runs.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.status, "queued" | "running")
    }
}

/// Hands every task that an event tells of to `see`; refusals and closed streams are errors. True if
/// the frame was the answer to a command.
pub(crate) fn tasks(bytes: &[u8], mut see: impl FnMut(&Seen<'_>) -> Result<()>) -> Result<bool> {
    let frame: Frame<'_> = rmp_serde::from_slice(bytes)?;
    let is_done = frame.r#type == "done";
    match frame.r#type {
        "problem" => bail!("refused: {}", frame.code.unwrap_or_default()),
        "stream_closed" => bail!("a stream was closed: {}", frame.reason.unwrap_or_default()),
        _ => frame.events.iter().filter_map(|event| event.task.as_ref()).try_for_each(&mut see)?,
    }
    Ok(is_done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use igny8_protocol_ids::{Position, SiteId};
    use igny8_protocol_wire::codec::encode;
    use igny8_protocol_wire::frame::ServerFrame;
    use igny8_protocol_wire::stream::{StreamEvent, StreamName, StreamPosition};
    use serde_json::json;

    #[test]
    fn tasks_are_found_among_other_events() {
        let site = SiteId::from_uuid(uuid::Uuid::from_u128(7));
        let task = serde_json::from_value(json!({
            "id": uuid::Uuid::from_u128(9), "kind": "ideas", "title": "t", "status": "succeeded",
            "attempts": 1, "attempts_max": 4, "price": 1, "held": 0, "spent": 1,
            "waiting_for": null, "not_before": null, "failure": null, "idea": null,
            "cluster": null, "document": null, "model": null,
            "created_at": 1_795_000_000_123_i64, "updated_at": 1_795_000_000_123_i64,
        }))
        .unwrap();
        let balance = serde_json::from_value(
            json!({"settled": 1, "held": 0, "available": 1, "spent": 0, "granted": 1}),
        )
        .unwrap();
        let at = StreamPosition { stream: StreamName::Site(site), position: Position::default() };
        let events =
            vec![StreamEvent::CreditsChanged { balance }, StreamEvent::TaskChanged { task }];
        let bytes = encode(&ServerFrame::Events { at, events }).unwrap();
        let mut seen = Vec::new();
        tasks(&bytes, |task| {
            seen.push((task.id.to_owned(), task.is_open()));
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, [(uuid::Uuid::from_u128(9).to_string(), false)]);
    }

    #[test]
    fn closed_streams_are_errors() {
        let stream = StreamName::Site(SiteId::from_uuid(uuid::Uuid::from_u128(7)));
        let closed = ServerFrame::StreamClosed { stream, reason: "resync".to_owned() };
        assert!(tasks(&encode(&closed).unwrap(), |_| Ok(())).is_err());
    }
}
