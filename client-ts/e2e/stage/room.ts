import type { ClientFrame, ServerFrame } from '@igny8/protocol';
import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness';
import * as Y from 'yjs';

type Send = (frame: ServerFrame) => void;

/** One document of the stage: relays edits and presence, and an author that can write in it. */
export class Room {
  readonly ydoc = new Y.Doc();
  readonly #awareness = new Awareness(this.ydoc);
  readonly #members = new Map<Send, Set<number>>();
  /** Why edits are refused, while they are. */
  refusal: string | null = null;
  #sequence = 1;

  constructor(readonly id: string) {
    this.#awareness.setLocalState(null);
    this.ydoc.on('update', (update: Uint8Array, origin: unknown) => {
      this.#sequence += 1;
      for (const send of this.#members.keys()) if (send !== origin) send({ type: 'document_update', document: id, position: this.position, update });
    });
    this.#awareness.on('update', ({ added, updated, removed }: Record<string, number[]>, origin: unknown) => {
      const update = encodeAwarenessUpdate(this.#awareness, [...(added ?? []), ...(updated ?? []), ...(removed ?? [])]);
      for (const send of this.#members.keys()) if (send !== origin) send({ type: 'awareness', document: id, update });
    });
  }

  get position() {
    return { epoch: 1, sequence: this.#sequence };
  }

  join(send: Send, frame: Extract<ClientFrame, { type: 'subscribe' }>): void {
    this.#members.set(send, new Set());
    const known = frame.state_vector ?? undefined;
    send({
      type: 'subscribed',
      ref: frame.ref,
      at: { stream: frame.stream, position: this.position },
      snapshot: { kind: 'document', update: Y.encodeStateAsUpdate(this.ydoc, known), state_vector: Y.encodeStateVector(this.ydoc), writable: true, awareness: encodeAwarenessUpdate(this.#awareness, [...this.#awareness.getStates().keys()]) },
    });
  }

  edit(send: Send, ref: number, update: Uint8Array): void {
    if (this.refusal !== null) return send({ type: 'document_refused', document: this.id, ref, code: 'schema', message: this.refusal, state_vector: null });
    Y.applyUpdate(this.ydoc, update, send);
    send({ type: 'durable', document: this.id, ref, position: this.position });
  }

  presence(send: Send, update: Uint8Array): void {
    const before = new Set(this.#awareness.getStates().keys());
    applyAwarenessUpdate(this.#awareness, update, send);
    for (const client of this.#awareness.getStates().keys()) if (!before.has(client)) this.#members.get(send)?.add(client);
  }

  leave(send: Send): void {
    removeAwarenessStates(this.#awareness, [...(this.#members.get(send) ?? [])], 'left');
    this.#members.delete(send);
  }

  /** Writes blocks as the AI does: each enters as one subtree, text is appended to the last. */
  write(blocks: [string, string][]): void {
    const root = this.ydoc.getXmlFragment('default');
    for (const [tag, text] of blocks) {
      this.ydoc.transact(() => {
        const element = new Y.XmlElement(tag);
        if (tag === 'heading') element.setAttribute('level', 2 as unknown as string);
        const content = new Y.XmlText();
        content.insert(0, text);
        element.insert(0, [content]);
        root.push([element]);
      });
    }
  }

  /** The author's caret, at the end of the last block. */
  showAuthor(name: string): void {
    const root = this.ydoc.getXmlFragment('default');
    const block = root.get(root.length - 1) as Y.XmlElement;
    const text = block.get(0) as Y.XmlText;
    const at = Y.createRelativePositionFromTypeIndex(text, text.length);
    this.#awareness.setLocalState({ user: { name, color: '#6a4bc9', ai: true }, cursor: { anchor: at, head: at } });
  }

  append(text: string): void {
    const root = this.ydoc.getXmlFragment('default');
    const content = (root.get(root.length - 1) as Y.XmlElement).get(0) as Y.XmlText;
    content.insert(content.length, text);
  }
}
