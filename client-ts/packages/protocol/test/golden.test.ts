import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { type ClientFrame, decodeFrame, encodeFrame, FrameError } from '../src/index.js';

// The same files that the Rust tests read: protocol/wire/tests/golden.rs.
const GOLDEN = fileURLToPath(new URL('../../../../protocol/wire/tests/golden/', import.meta.url));

const names = readdirSync(GOLDEN)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.replace('.json', ''));

/** `{"$bytes": "hex"}` stands for bytes. */
function described(name: string): unknown {
  return JSON.parse(readFileSync(`${GOLDEN}${name}.json`, 'utf8'), (_key, value: unknown) => {
    const bytes = typeof value === 'object' && value !== null ? (value as { $bytes?: string }).$bytes : undefined;
    return bytes === undefined ? value : new Uint8Array(Buffer.from(bytes, 'hex'));
  });
}

describe('golden frames', () => {
  it('are there', () => {
    expect(names.length).toBeGreaterThan(25);
  });

  it.each(names)('%s reads as it is described', (name) => {
    const bytes = new Uint8Array(readFileSync(`${GOLDEN}${name}.msgpack`));
    expect(decodeFrame(bytes)).toEqual(described(name));
  });

  it.each(names.filter((name) => name.startsWith('client_')))('%s is written as Rust has read it', (name) => {
    const file = `${GOLDEN}typescript/${name}.msgpack`;
    const bytes = encodeFrame(described(name) as ClientFrame);
    // As in Rust: new frames may be written, those that are there never change.
    if (process.env.IGNY8_WRITE_GOLDEN !== undefined && !existsSync(file)) writeFileSync(file, bytes);
    expect(Buffer.from(bytes).toString('hex')).toBe(readFileSync(file).toString('hex'));
  });
});

describe('decodeFrame', () => {
  it('refuses what is no frame', () => {
    for (const bytes of [[], [0xc1], [0x80], [0x91, 0x01], [0xdf, 0xff, 0xff, 0xff, 0xff]]) {
      expect(() => decodeFrame(new Uint8Array(bytes))).toThrow(FrameError);
    }
  });
});

describe('encodeFrame', () => {
  it('leaves undefined fields out', () => {
    const frame = { type: 'subscribe', ref: 1, stream: { kind: 'site', id: 'x' }, position: null, state_vector: undefined };
    expect(decodeFrame(encodeFrame(frame as unknown as ClientFrame))).not.toHaveProperty('state_vector');
  });
});
