// What one author has written in a document: its blocks and its characters alone, in their order.
import * as Y from 'yjs';

/** The parts of a document that are by some Yjs clients: a line for each block and each run of marks, with its depth. */
export function written(doc: Y.Doc, by: ReadonlySet<number>): string[] {
  return within(doc.getXmlFragment('default'), by, '');
}

/** The text of such lines. */
export function plain(lines: readonly string[]): string {
  return lines.map((line) => line.slice(line.indexOf('|') + 1)).join('');
}

/** The text by others that stands in this author's blocks. */
export function amid(parent: Y.XmlFragment, by: ReadonlySet<number>): string {
  return parent.toArray().map((child) => {
    if (child instanceof Y.XmlElement) return amid(child, by);
    const isOwn = child instanceof Y.XmlText && by.has(child._item?.id.client as number);
    return isOwn ? items(child).flatMap(({ id, content }) => (content instanceof Y.ContentString && !by.has(id.client) ? [content.str] : [])).join('') : '';
  }).join('');
}

function within(parent: Y.XmlFragment, by: ReadonlySet<number>, depth: string): string[] {
  return parent.toArray().flatMap((child) => {
    if (child instanceof Y.XmlText) return text(child, by, depth);
    if (!(child instanceof Y.XmlElement)) return [];
    const inside = within(child, by, `${depth} `);
    const attributes = Object.entries(child.getAttributes()).sort(([one], [other]) => (one < other ? -1 : 1));
    return by.has(child._item?.id.client as number) ? [`${depth}${child.nodeName} ${JSON.stringify(attributes)}|`, ...inside] : inside;
  });
}

/** Marks are read from all, since they are signs in the text; characters from the author alone. */
function text(node: Y.XmlText, by: ReadonlySet<number>, depth: string): string[] {
  const marks = new Map<string, unknown>();
  const runs: { marks: string; text: string }[] = [];
  for (const item of items(node)) {
    if (item.content instanceof Y.ContentFormat) {
      const { key, value } = item.content;
      if (value === null) marks.delete(key);
      else marks.set(key, value);
    } else if (by.has(item.id.client)) {
      const under = JSON.stringify([...marks].sort(([one], [other]) => (one < other ? -1 : 1)));
      const letters = item.content instanceof Y.ContentString ? item.content.str : JSON.stringify(item.content.getContent());
      const last = runs.at(-1);
      if (last?.marks === under) last.text += letters;
      else runs.push({ marks: under, text: letters });
    }
  }
  return runs.map((run) => `${depth}${run.marks}|${run.text}`);
}

/** What is there of a text, signs included. */
function items(node: Y.XmlText): Y.Item[] {
  const all: Y.Item[] = [];
  for (let item = node._start; item !== null; item = item.right) if (!item.deleted) all.push(item);
  return all;
}
