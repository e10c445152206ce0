// Edits as editors make them, each with a token of its own, and what a copy holds.
import * as Y from 'yjs';

import type { Act, Kind } from './plan.js';
import { type Edited, tokensIn } from './ledger.js';

/** The origin of edits of our own. */
export const LOCAL = 'soak';

/** Everything that a copy holds, to be compared. */
export function content(doc: Y.Doc, kind: Kind): string {
  if (kind !== 'free') return doc.getXmlFragment('default').toString();
  const map = Object.entries(doc.getMap('map').toJSON()).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([doc.getText('notes').toDelta(), map, doc.getArray('list').toJSON()]);
}

/** Edits a copy, or does nothing if there is nothing to do that with. */
export function edit(doc: Y.Doc, kind: Kind, act: Act, place: number, token: string): Edited {
  const done: Edited = { inserted: [], deleted: [] };
  const change = kind === 'free' ? free : article;
  doc.transact(() => change(doc, act, place, token, done), LOCAL);
  return done;
}

function article(doc: Y.Doc, act: Act, place: number, token: string, done: Edited): void {
  const fragment = doc.getXmlFragment('default');
  const texts = fragment.toArray().flatMap((block) => (block instanceof Y.XmlElement && isText(block) ? [block.get(0) as Y.XmlText] : []));
  const text = texts[Math.floor(place * texts.length)];
  if (act === 'add' || text === undefined) {
    const block = place < 0.2 ? new Y.XmlElement('heading') : new Y.XmlElement('paragraph');
    if (place < 0.2) block.setAttribute('level', 2 as never);
    block.insert(0, [new Y.XmlText(token)]);
    // Not at the very top: titles stand there.
    fragment.insert(Math.ceil(place * fragment.length), [block]);
    done.inserted.push(token);
  } else {
    inText(text, act, (place * texts.length) % 1, token, done);
  }
}

const isText = (block: Y.XmlElement): boolean => (block.nodeName === 'paragraph' || block.nodeName === 'heading') && block.get(0) instanceof Y.XmlText;

function free(doc: Y.Doc, act: Act, place: number, token: string, done: Edited): void {
  const [third, within] = [Math.floor(place * 3), (place * 3) % 1];
  const [map, list] = [doc.getMap('map'), doc.getArray<unknown>('list')];
  if (third === 0) return inText(doc.getText('notes'), act, within, token, done);
  if (third === 1) {
    // One key that all write, and keys of their own.
    map.set('last', Math.floor(place * 1e9));
    const keys = tokensIn([...map.keys()].join(' '));
    const key = keys[Math.floor(within * keys.length)];
    if (act !== 'delete') done.inserted.push(token);
    if (act !== 'delete') return void map.set(token, act === 'add' ? new Y.Map([['by', token]]) : token);
    if (key !== undefined) map.delete(key);
    if (key !== undefined) done.deleted.push(key);
    return;
  }
  const index = Math.floor(within * list.length);
  if (act !== 'delete' || list.length === 0) {
    list.insert(index, [act === 'add' ? Y.Array.from([token]) : token]);
    done.inserted.push(token);
  } else {
    const item = list.get(index);
    done.deleted.push(...tokensIn(JSON.stringify(item instanceof Y.Array ? item.toJSON() : item)));
    list.delete(index, 1);
  }
}

/** Within one text: never within a token, which would be no token any more. */
function inText(text: Y.Text, act: Act, place: number, token: string, done: Edited): void {
  const plain = (text.toDelta() as { insert: unknown }[]).map(({ insert }) => (typeof insert === 'string' ? insert : '\0')).join('');
  const tokens = tokensIn(plain);
  const chosen = tokens[Math.floor(place * tokens.length)];
  if (act === 'type') {
    text.insert(besides(plain, tokens, Math.floor(place * (plain.length + 1))), token);
    done.inserted.push(token);
  } else if (act === 'insert' || act === 'add' || chosen === undefined) {
    text.insert(chosen === undefined ? 0 : plain.indexOf(chosen) + (act === 'add' ? chosen.length : 0), token);
    done.inserted.push(token);
  } else if (act === 'format') {
    text.format(plain.indexOf(chosen), chosen.length, { bold: place < 0.7 ? {} : null });
  } else {
    text.delete(plain.indexOf(chosen), chosen.length);
    done.deleted.push(chosen);
  }
}

/** The same place, or the end of the token in which it is. */
function besides(plain: string, tokens: readonly string[], place: number): number {
  const within = tokens.find((token) => plain.indexOf(token) < place && place < plain.indexOf(token) + token.length);
  return within === undefined ? place : plain.indexOf(within) + within.length;
}
