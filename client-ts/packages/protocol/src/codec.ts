import { Decoder, Encoder } from '@msgpack/msgpack';

import type { ClientFrame, ServerFrame } from './generated/wire.js';

/** Fields that are `undefined` do not travel: the server reads an absent field as "none". */
const encoder = new Encoder({ ignoreUndefined: true });
const decoder = new Decoder();

/** One frame as one binary WebSocket message. */
export function encodeFrame(frame: ClientFrame | ServerFrame): Uint8Array<ArrayBuffer> {
  return encoder.encode(frame);
}

/** Reads a frame; throws `FrameError` where the bytes are none. Its content is never in the message. */
export function decodeFrame<T extends ClientFrame | ServerFrame = ServerFrame>(bytes: ArrayBuffer | Uint8Array): T {
  let value: unknown;
  try {
    value = decoder.decode(bytes);
  } catch {
    throw new FrameError('the message is not MessagePack');
  }
  if (typeof value !== 'object' || value === null || typeof (value as { type?: unknown }).type !== 'string') {
    throw new FrameError('the message is not a frame: it has no type');
  }
  return value as T;
}

/** Bytes that are not a frame. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}
