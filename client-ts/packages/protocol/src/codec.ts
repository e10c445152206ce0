import { Decoder, Encoder } from '@msgpack/msgpack';
import { inflateSync } from 'fflate';

import type { ClientFrame, ServerFrame } from './generated/wire.js';

/** Fields that are `undefined` do not travel: the server reads an absent field as "none". */
const encoder = new Encoder({ ignoreUndefined: true });
const decoder = new Decoder();

/** What a packed frame begins with: its length (4 bytes) follows, then the frame as raw DEFLATE. */
const PACKED = 0xc1;
const PACKED_HEAD_BYTES = 5;
/** A document has 32 MiB at most. */
const UNPACKED_BYTES_MAX = 64 * 1024 * 1024;

/** One frame as one binary WebSocket message. */
export function encodeFrame(frame: ClientFrame | ServerFrame): Uint8Array<ArrayBuffer> {
  return encoder.encode(frame);
}

/** Reads a frame; throws `FrameError` where the bytes are none. Its content is never in the message. */
export function decodeFrame<T extends ClientFrame | ServerFrame = ServerFrame>(bytes: ArrayBuffer | Uint8Array): T {
  let value: unknown;
  try {
    value = decoder.decode(unpacked(bytes));
  } catch (error) {
    if (error instanceof FrameError) throw error;
    throw new FrameError('the message is not MessagePack');
  }
  if (typeof value !== 'object' || value === null || typeof (value as { type?: unknown }).type !== 'string') {
    throw new FrameError('the message is not a frame: it has no type');
  }
  return value as T;
}

/** What `hello` with `packed` asks for: large frames come compressed. */
function unpacked(message: ArrayBuffer | Uint8Array): ArrayBuffer | Uint8Array {
  const bytes = message instanceof Uint8Array ? message : new Uint8Array(message);
  if (bytes[0] !== PACKED || bytes.length < PACKED_HEAD_BYTES) return message;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
  if (length > UNPACKED_BYTES_MAX) throw new FrameError('the message is too large');
  const frame = inflateSync(bytes.subarray(PACKED_HEAD_BYTES), { out: new Uint8Array(length) });
  if (frame.length !== length) throw new FrameError('the message is shorter than it says');
  return frame;
}

/** Bytes that are not a frame. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}
