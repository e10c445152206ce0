import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';

import * as bound from '../../src/document/bound.js';
import { Presence } from '../../src/document/presence.js';

let sent: Uint8Array[];
let presence: Presence;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  presence = new Presence(new Y.Doc(), (update) => sent.push(update) > 0);
});

afterEach(() => {
  presence.destroy();
  vi.useRealTimers();
});

const move = (anchor: number): void => presence.awareness.setLocalStateField('cursor', anchor);

/** What someone else would know from all that was sent. */
function known(): Awareness {
  const other = new Awareness(new Y.Doc());
  other.setLocalState(null);
  const receiver = new Presence(other.doc, () => true);
  for (const update of sent) receiver.receive(update);
  const { awareness } = receiver;
  other.destroy();
  return awareness;
}

describe('presence', () => {
  it('goes out at most ten times a second, and ends with the latest', () => {
    for (let n = 0; n < 1000; n++) {
      move(n);
      vi.advanceTimersByTime(1);
    }
    vi.advanceTimersByTime(bound.AWARENESS_INTERVAL_MS);
    expect(sent.length).toBeLessThanOrEqual(11);
    expect(sent.length).toBeGreaterThanOrEqual(10);
    const awareness = known();
    expect(awareness.getStates().get(presence.awareness.clientID)).toMatchObject({ cursor: 999 });
    awareness.destroy();
  });

  it('goes on where the device’s clock is set back', () => {
    move(1);
    vi.setSystemTime(Date.now() - 3_600_000);
    move(2);
    vi.advanceTimersByTime(bound.AWARENESS_INTERVAL_MS);
    const awareness = known();
    expect(awareness.getStates().get(presence.awareness.clientID)).toMatchObject({ cursor: 2 });
    awareness.destroy();
  });

  it('says good-bye at once', () => {
    move(1);
    presence.destroy();
    const awareness = known();
    expect(awareness.getStates().has(presence.awareness.clientID)).toBe(false);
    awareness.destroy();
  });

  it('does not send back what others said, and forgets them with the line', () => {
    const other = new Awareness(new Y.Doc());
    other.setLocalStateField('user', 'Bob');
    presence.receive(encodeAwarenessUpdate(other, [other.clientID]));
    expect(presence.awareness.getStates().get(other.clientID)).toEqual({ user: 'Bob' });
    presence.forgetOthers();
    expect(presence.awareness.getStates().has(other.clientID)).toBe(false);
    expect(presence.awareness.getStates().has(presence.awareness.clientID)).toBe(true);
    expect(sent).toHaveLength(0);
    // Back again with the same clock: he has not moved.
    presence.receive(encodeAwarenessUpdate(other, [other.clientID]));
    expect(presence.awareness.getStates().get(other.clientID)).toEqual({ user: 'Bob' });
    other.destroy();
  });

  it('refuses to carry a novel', () => {
    expect(() => presence.awareness.setLocalStateField('novel', 'x'.repeat(bound.AWARENESS_BYTES_MAX))).toThrow(RangeError);
    presence.awareness.setLocalState({});
  });
});
