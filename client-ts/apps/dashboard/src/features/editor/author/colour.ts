import { Extension, type Editor } from '@tiptap/core';
import type { Node } from '@tiptap/pm/model';
import { Plugin, PluginKey } from '@tiptap/pm/state';
import { Decoration, DecorationSet } from '@tiptap/pm/view';
import * as Y from 'yjs';
import type { Authorship } from '@igny8/protocol';

/** Characters that one client wrote one after the other. */
interface Run {
  client: number;
  clock: number;
  length: number;
}

const KEY = new PluginKey<DecorationSet>('author');

/** Shows who wrote what, once it is told the colours. */
export const AuthorColours = Extension.create({
  name: 'authorColours',
  addProseMirrorPlugins: () => [
    new Plugin<DecorationSet>({
      key: KEY,
      state: {
        init: () => DecorationSet.empty,
        apply: (transaction, before) => (transaction.getMeta(KEY) as DecorationSet | undefined) ?? before.map(transaction.mapping, transaction.doc),
      },
      props: { decorations: (state) => KEY.getState(state) },
    }),
  ],
});

/** All text, in its order. */
export function runsOf(parent: Y.XmlFragment | Y.XmlText): Run[] {
  const runs: Run[] = [];
  for (let item = parent._start; item !== null; item = item.right) {
    if (item.deleted) continue;
    if (item.content instanceof Y.ContentString) runs.push({ client: item.id.client, clock: item.id.clock, length: item.length });
    else if (item.content instanceof Y.ContentType && !(parent instanceof Y.XmlText)) runs.push(...runsOf(item.content.type as Y.XmlFragment | Y.XmlText));
  }
  return runs;
}

/** What stands in the text, as lists of numbers: equal lists are equal strings. */
export interface Drawn {
  authors: string;
  strangers: string;
}

interface Coloured {
  from: number;
  to: number;
  author: number;
}

/** Where each author's text stands in the editor; null while the editor is a moment ahead of the shared document. */
export function colouredIn(doc: Node, runs: Run[], writers: Authorship['writers']): { spans: Coloured[]; strangers: ReadonlySet<number> } | null {
  const cuts = cutsOf(writers);
  const units = runs.flatMap((run) => cut(run, cuts));
  const spans: Coloured[] = [];
  const strangers = new Set<number>();
  let [at, used] = [0, 0];
  let short = false;
  doc.descendants((node, position) => {
    if (!node.isText) return;
    let left = node.nodeSize;
    for (let from = position; left > 0; ) {
      const run = units[at];
      if (!run) {
        short = true;
        return;
      }
      const length = Math.min(left, run.length - used);
      if (run.author === null) strangers.add(run.client);
      else spans.push({ from, to: from + length, author: run.author });
      [from, left, used] = [from + length, left - length, used + length];
      if (used === run.length) [at, used] = [at + 1, 0];
    }
  });
  return short || at < units.length ? null : { spans, strangers };
}

type Cuts = ReadonlyMap<number, { clock: number; author: number }[]>;

function cutsOf(writers: Authorship['writers']): Cuts {
  const cuts = new Map<number, { clock: number; author: number }[]>();
  for (const { client, clock, author } of writers) cuts.set(client, [...(cuts.get(client) ?? []), { clock, author }]);
  return cuts;
}

/** A run, cut where the table says that its client's author changes. */
function cut({ client, clock, length }: Run, cuts: Cuts): { client: number; length: number; author: number | null }[] {
  const entries = cuts.get(client) ?? [];
  const first = entries.filter((entry) => entry.clock <= clock).at(-1);
  const inside = entries.filter((entry) => entry.clock > clock && entry.clock < clock + length);
  const starts = [{ clock, author: first?.author ?? null }, ...inside];
  return starts.map((start, index) => ({ client, author: start.author, length: (starts[index + 1]?.clock ?? clock + length) - start.clock }));
}

/** Draws the text of each author in their colour. Says who they are, and which clients the table lacks. */
export function showAuthors(editor: Editor, ydoc: Y.Doc, { writers }: Authorship, colours: readonly string[]): Drawn | null {
  const coloured = colouredIn(editor.state.doc, runsOf(ydoc.getXmlFragment('default')), writers);
  if (!coloured) return null;
  const drawn = coloured.spans.map(({ from, to, author }) => Decoration.inline(from, to, { class: 'authored', style: `--author: ${colours[author] ?? 'transparent'}` }));
  draw(editor, DecorationSet.create(editor.state.doc, drawn));
  const ordered = (numbers: Iterable<number>) => [...new Set(numbers)].sort((a, b) => a - b).join();
  return { authors: ordered(coloured.spans.map(({ author }) => author)), strangers: ordered(coloured.strangers) };
}

export function hideAuthors(editor: Editor): void {
  draw(editor, DecorationSet.empty);
}

function draw(editor: Editor, decorations: DecorationSet): void {
  if (!editor.isDestroyed) editor.view.dispatch(editor.state.tr.setMeta(KEY, decorations));
}
