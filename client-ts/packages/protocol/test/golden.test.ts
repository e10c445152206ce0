import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';

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

describe('a packed frame', () => {
  /** The head in a stored block, the rest as one stream: as the server packs what many share. */
  function pack(frame: Uint8Array, own: number, length = frame.length): Uint8Array {
    const head = Buffer.alloc(10);
    head.writeUInt8(0xc1, 0);
    head.writeUInt32BE(length, 1);
    head.writeUInt16LE(own, 6);
    head.writeUInt16LE(~own & 0xffff, 8);
    return Buffer.concat([head, frame.subarray(0, own), deflateRawSync(frame.subarray(own))]);
  }

  const frame = { type: 'awareness', document: 'x', update: new Uint8Array(20_000).fill(7) } as const;
  const bytes = encodeFrame(frame);

  it('is the frame', () => {
    for (const own of [0, 1, 60]) {
      const packed = pack(bytes, own);
      expect(packed.length).toBeLessThan(200);
      expect(decodeFrame(packed)).toEqual(frame);
    }
  });

  it('is refused where it is damaged or larger than anything', () => {
    const cut = pack(bytes, 60).subarray(0, 90);
    for (const packed of [cut, pack(bytes, 60, bytes.length + 1), pack(bytes, 60, 2 ** 31)]) {
      expect(() => decodeFrame(packed)).toThrow(FrameError);
    }
  });
});

describe('encodeFrame', () => {
  it('leaves undefined fields out', () => {
    const frame = { type: 'subscribe', ref: 1, stream: { kind: 'site', id: 'x' }, position: null, state_vector: undefined };
    expect(decodeFrame(encodeFrame(frame as unknown as ClientFrame))).not.toHaveProperty('state_vector');
  });
});
