//! The streaming writer: Markdown in pieces becomes blocks of the shared document. Each block
//! enters as one valid subtree in one update; afterwards the run only adds to its own right edge,
//! by the ids of what it wrote, so that people may edit, or delete, around it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use yrs::{ClientID, ID, ReadTxn, Transact, XmlFragment, XmlOut};

use super::progress::{OpenNode, RunCursor, RunProgress};
use super::stable::stable;
use super::undo::{Own, removable};
use crate::content::markdown_in::{nodes_of, unit_starts};
use crate::edit::{Builder, Holder, Open, Place, first_at};
use crate::live::LiveDocument;
use crate::node::{Child, Node, Run, push_run, utf16_len};
use crate::policy::LinkPolicy;
use crate::yjs;

/// One commit of a run: relay the update and store it together with the progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunStep {
    /// v1 update, already applied to the document it was made for.
    pub update: Vec<u8>,
    /// Where the run stands after it.
    pub progress: RunProgress,
}

/// The run's cursor, as y-prosemirror's awareness field `cursor` wants it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Caret {
    /// Yjs relative position.
    pub anchor: Value,
    /// The same: a caret selects nothing.
    pub head: Value,
}

/// Writes one AI author's text into a document.
#[derive(Debug)]
pub struct RunWriter {
    client: ClientID,
    cursor: RunCursor,
    /// What of the text may become links and images.
    policy: LinkPolicy,
    clock: u32,
    received_bytes: u64,
    open_from_bytes: u64,
    /// Received text from the open top-level block on.
    text: String,
    /// What of it is in the document, with the clock at which each top-level node began.
    written: Vec<Child>,
    begun: Vec<u32>,
    /// The right edge of `written`, from the outside in.
    open: Vec<Open>,
    last_block: Option<ID>,
    diverged: bool,
}

impl RunWriter {
    /// Begins a run. The client id must be the run's alone.
    pub fn start(run_client_id: u64, cursor: RunCursor, policy: LinkPolicy) -> Self {
        Self {
            client: ClientID::new(run_client_id),
            cursor,
            policy,
            clock: 0,
            received_bytes: 0,
            open_from_bytes: 0,
            text: String::new(),
            written: Vec::new(),
            begun: Vec::new(),
            open: Vec::new(),
            last_block: None,
            diverged: false,
        }
    }

    /// Rebuilds the writer after a crash. `text_so_far` is the text received up to the last
    /// durable commit; what of it the progress does not cover is written by the next push.
    pub fn resume(
        run_client_id: u64,
        progress: &RunProgress,
        text_so_far: &str,
        policy: LinkPolicy,
    ) -> Self {
        let client = ClientID::new(run_client_id);
        let received = floor_boundary(text_so_far, progress.received_bytes as usize);
        let open_from =
            floor_boundary(text_so_far, progress.open_from_bytes as usize).min(received);
        let covered = &text_so_far[open_from..received];
        Self {
            client,
            cursor: progress.cursor,
            clock: progress.clock,
            received_bytes: text_so_far.len() as u64,
            open_from_bytes: open_from as u64,
            text: text_so_far[open_from..].to_owned(),
            written: cut_to(&policy.clean(nodes_of(covered)), &progress.shape),
            begun: progress.begun.clone(),
            open: progress.open.iter().map(|open| open.to_open(client)).collect(),
            last_block: progress.last_block.map(|clock| ID::new(client, clock)),
            diverged: progress.diverged,
            policy,
        }
    }

    /// Takes received text; returns what is to be committed and relayed, or `None` while its
    /// meaning is open (half a `**`). The progress of a later step covers it.
    pub fn push(&mut self, document: &mut LiveDocument, text: &str) -> Option<RunStep> {
        self.text.push_str(text);
        self.received_bytes += text.len() as u64;
        self.step(document, false)
    }

    /// The text is complete: what was held back is written.
    pub fn finish(&mut self, document: &mut LiveDocument) -> Option<RunStep> {
        self.step(document, true)
    }

    /// Where the run's cursor stands; `None` before its first block or when that was deleted.
    pub fn caret(&self, document: &LiveDocument) -> Option<Caret> {
        let txn = document.doc.transact();
        let position = self.open.iter().rev().find_map(|open| match open {
            Open::Text { id, last } => {
                yjs::text_at(&txn, id)?;
                Some(relative_position(id, last.as_ref()))
            }
            Open::Element(id) => {
                yjs::element_at(&txn, id)?;
                Some(relative_position(id, None))
            }
        })?;
        Some(Caret { anchor: position.clone(), head: position })
    }

    /// How far the run has come.
    pub fn progress(&self) -> RunProgress {
        RunProgress {
            run_client_id: self.client.get(),
            cursor: self.cursor,
            received_bytes: self.received_bytes,
            open_from_bytes: self.open_from_bytes,
            clock: self.clock,
            last_block: self.last_block.map(|id| id.clock),
            begun: self.begun.clone(),
            open: self.open.iter().map(OpenNode::of).collect(),
            shape: shape_of(&self.written),
            diverged: self.diverged,
        }
    }

    fn step(&mut self, document: &mut LiveDocument, finishing: bool) -> Option<RunStep> {
        let closed_to = if finishing { self.text.len() } else { closed_bytes(&self.text) };
        let mut target = self.policy.clean(nodes_of(&self.text[..closed_to]));
        let closed_count = target.len();
        target.extend(self.policy.clean(stable(&self.text[closed_to..])));

        let update = {
            let txn = document.doc.transact();
            // Nobody else may write under the run's id. Should someone forge it, the run goes on
            // behind the forgery: what starts below a known clock would count as known.
            let clock = self.clock.max(txn.state_vector().get(&self.client));
            let mut builder = Builder::new(self.client, clock);
            self.write(
                &txn,
                &mut builder,
                &target,
                closed_count,
                Close { blocks: closed_to > 0, run: finishing },
            );
            self.clock = builder.clock();
            builder.finish()
        };
        if closed_to > 0 {
            self.close(closed_to, closed_count);
        }
        let update = update?;
        document.apply_own(&update);
        Some(RunStep { update, progress: self.progress() })
    }

    /// Brings the document from `written` to `target`.
    fn write<T: ReadTxn>(
        &mut self,
        txn: &T,
        builder: &mut Builder,
        target: &[Child],
        closed_count: usize,
        close: Close,
    ) {
        // Less than was written is fine while the block is open: more text may confirm it.
        let waits = !close.run
            && begins_with(&self.written, target)
            && begins_with(
                &target[..closed_count],
                &self.written[..closed_count.min(self.written.len())],
            );
        self.diverged |= !waits && !begins_with(target, &self.written);
        if self.diverged {
            if !close.blocks && !close.run {
                return;
            }
            self.take_back(txn, builder);
        }
        if !begins_with(target, &self.written) {
            return;
        }
        let written = std::mem::take(&mut self.written);
        self.level(txn, builder, Holder::Root, 0, &written, target);
        self.written = target.to_vec();
    }

    /// A guess about the open block was wrong: the run's own characters in it go.
    fn take_back<T: ReadTxn>(&mut self, txn: &T, builder: &mut Builder) {
        if let Some(from) = self.begun.first() {
            let own = Own { client: self.client, from: *from, to: self.clock };
            builder.delete(removable(txn, own));
        }
        self.written.clear();
        self.begun.clear();
        self.open.clear();
        self.diverged = false;
    }

    /// Adds what `target` has beyond `written` inside one node, at the right edge.
    fn level<T: ReadTxn>(
        &mut self,
        txn: &T,
        builder: &mut Builder,
        holder: Holder,
        depth: usize,
        written: &[Child],
        target: &[Child],
    ) {
        if let Some((old, new)) = written.last().zip(target.get(written.len().wrapping_sub(1)))
            && old != new
        {
            self.continue_child(txn, builder, holder, depth, old, new);
        }
        for child in &target[written.len()..] {
            if depth == 0 {
                self.begun.push(builder.clock());
            }
            self.add(txn, builder, holder, depth, child);
        }
    }

    /// Continues the last child on this level; if someone deleted it, the rest goes into a new one.
    fn continue_child<T: ReadTxn>(
        &mut self,
        txn: &T,
        builder: &mut Builder,
        holder: Holder,
        depth: usize,
        old: &Child,
        new: &Child,
    ) {
        match (self.open.get(depth).copied(), old, new) {
            (Some(Open::Element(id)), Child::Element(old), Child::Element(new))
                if yjs::element_at(txn, &id).is_some() || builder.is_fresh(&id) =>
            {
                self.level(txn, builder, Holder::Type(id), depth + 1, &old.children, &new.children);
            }
            (Some(Open::Text { id, last }), Child::Text(old), Child::Text(new))
                if yjs::text_at(txn, &id).is_some() || builder.is_fresh(&id) =>
            {
                let right = match &last {
                    Some(last) => builder.right_of(txn, last),
                    None => yjs::live_branch(txn, &id).and_then(|text| first_at(txn, text, 0)),
                };
                let place = Place { holder: Holder::Type(id), left: last, right };
                let last = builder.runs(place, &runs_after(new, old));
                self.open[depth] = Open::Text { id, last };
            }
            _ => {
                if let Some(rest) = remainder(old, new) {
                    self.add(txn, builder, holder, depth, &rest);
                }
            }
        }
    }

    /// Adds a whole child after what this run wrote last on this level.
    fn add<T: ReadTxn>(
        &mut self,
        txn: &T,
        builder: &mut Builder,
        holder: Holder,
        depth: usize,
        child: &Child,
    ) {
        let before = self.open.get(depth).map(Open::id).or(self.last_block.filter(|_| depth == 0));
        let place = match before {
            Some(left) => Place { holder, left: Some(left), right: builder.right_of(txn, &left) },
            None if holder == Holder::Root => self.first_place(txn),
            None => Place { holder, left: None, right: None },
        };
        self.open.truncate(depth);
        let edge = builder.child(place, child);
        if depth == 0 {
            self.last_block = edge.first().map(Open::id);
        }
        self.open.extend(edge);
    }

    /// Where the first block of the run goes.
    fn first_place<T: ReadTxn>(&self, txn: &T) -> Place {
        let root = yjs::root(txn);
        let blocks: Vec<XmlOut> = root.children(txn).collect();
        let index = match self.cursor {
            RunCursor::AfterBlock(index) => (index + 1).min(blocks.len()),
            RunCursor::AtEnd => match blocks.last() {
                Some(XmlOut::Element(last)) if is_empty_paragraph(txn, last) => blocks.len() - 1,
                _ => blocks.len(),
            },
        };
        let id = |block: Option<&XmlOut>| block.and_then(|block| yjs::id_of(block.as_ref()));
        Place {
            holder: Holder::Root,
            left: id(index.checked_sub(1).and_then(|before| blocks.get(before))),
            right: id(blocks.get(index)),
        }
    }

    /// Forgets what is finished; the last blocks may already belong to the part still open.
    fn close(&mut self, bytes: usize, count: usize) {
        self.text.drain(..bytes);
        self.open_from_bytes += bytes as u64;
        self.written.drain(..count.min(self.written.len()));
        self.begun.drain(..count.min(self.begun.len()));
        if self.written.is_empty() {
            self.open.clear();
        }
    }
}

/// What ends with a step: some blocks, or the whole run.
#[derive(Debug, Clone, Copy)]
struct Close {
    blocks: bool,
    run: bool,
}

fn is_empty_paragraph<T: ReadTxn>(txn: &T, element: &yrs::XmlElementRef) -> bool {
    let paragraph = element.try_tag().is_some_and(|tag| tag.as_ref() == "paragraph");
    paragraph && yjs::read_element(txn, element).is_blank()
}

/// Bytes of text in top-level blocks that are complete: a later one has begun on a whole line.
fn closed_bytes(text: &str) -> usize {
    let whole_lines = text.rfind('\n').map_or(0, |at| at + 1);
    let starts = unit_starts(&text[..whole_lines]);
    if starts.len() < 2 { 0 } else { starts[starts.len() - 1] }
}

/// Is `short` a beginning of `long`: the same but for what the right edge still lacks?
fn begins_with(long: &[Child], short: &[Child]) -> bool {
    let Some((last, before)) = short.split_last() else { return true };
    if long.len() < short.len() || long[..before.len()] != *before {
        return false;
    }
    match (&long[before.len()], last) {
        (Child::Element(long), Child::Element(short)) => {
            long.tag == short.tag
                && long.attributes == short.attributes
                && begins_with(&long.children, &short.children)
        }
        (Child::Text(long), Child::Text(short)) => {
            super::stable::common(&[Child::Text(long.clone())], &[Child::Text(short.clone())])
                .first()
                .is_some_and(|common| *common == Child::Text(short.clone()))
        }
        _ => false,
    }
}

fn units_of(runs: &[Run]) -> u32 {
    runs.iter().map(|run| utf16_len(&run.text)).sum()
}

/// The runs of `new` after as many characters as `old` has.
fn runs_after(new: &[Run], old: &[Run]) -> Vec<Run> {
    split(new, units_of(old)).1
}

fn split(runs: &[Run], units: u32) -> (Vec<Run>, Vec<Run>) {
    let (mut head, mut tail, mut left) = (Vec::new(), Vec::new(), units);
    for run in runs {
        let at = run
            .text
            .char_indices()
            .scan(0, |units, (at, c)| {
                let before = *units;
                *units += c.len_utf16() as u32;
                Some((at, before))
            })
            .find(|(_, before)| *before >= left)
            .map_or(run.text.len(), |(at, _)| at);
        push_run(&mut head, &run.text[..at], &run.marks);
        push_run(&mut tail, &run.text[at..], &run.marks);
        left = left.saturating_sub(utf16_len(&run.text));
    }
    (head, tail)
}

/// What `new` has beyond `old`, as a node of its own; `None` if that is nothing.
fn remainder(old: &Child, new: &Child) -> Option<Child> {
    match (old, new) {
        (Child::Text(old), Child::Text(new)) => {
            let rest = runs_after(new, old);
            (!rest.is_empty()).then_some(Child::Text(rest))
        }
        (Child::Element(old), Child::Element(new)) => {
            let last = old.children.len().checked_sub(1);
            let mut children: Vec<Child> = last
                .filter(|at| old.children[*at] != new.children[*at])
                .and_then(|at| remainder(&old.children[at], &new.children[at]))
                .into_iter()
                .collect();
            children.extend_from_slice(&new.children[old.children.len()..]);
            if children.is_empty() {
                return None;
            }
            let first_is_paragraph =
                matches!(children.first(), Some(Child::Element(node)) if node.tag == "paragraph");
            if new.tag == "listItem" && !first_is_paragraph {
                children.insert(0, Child::Element(Node::empty_paragraph()));
            }
            Some(Child::Element(Node { children, ..new.clone() }))
        }
        _ => None,
    }
}

/// Children on each level of the right edge, last the length of the open text.
fn shape_of(nodes: &[Child]) -> Vec<u32> {
    let mut shape = vec![nodes.len() as u32];
    match nodes.last() {
        Some(Child::Element(node)) => shape.extend(shape_of(&node.children)),
        Some(Child::Text(runs)) => shape.push(units_of(runs)),
        None => {}
    }
    shape
}

/// The beginning of `nodes` that has this shape.
fn cut_to(nodes: &[Child], shape: &[u32]) -> Vec<Child> {
    let Some((count, rest)) = shape.split_first() else { return Vec::new() };
    let mut kept: Vec<Child> = nodes.iter().take(*count as usize).cloned().collect();
    match kept.last_mut() {
        Some(Child::Element(node)) if !rest.is_empty() => {
            node.children = cut_to(&node.children, rest);
        }
        Some(Child::Text(runs)) => {
            if let Some(units) = rest.first() {
                *runs = split(runs, *units).0;
            }
        }
        _ => {}
    }
    kept
}

fn floor_boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Yjs's JSON of a relative position: after `last`, or at the end of the type.
fn relative_position(holder: &ID, last: Option<&ID>) -> Value {
    let id = |id: &ID| json!({ "client": id.client.get(), "clock": id.clock });
    match last {
        Some(last) => json!({ "type": id(holder), "item": id(last), "assoc": -1 }),
        None => json!({ "type": id(holder), "assoc": 0 }),
    }
}
