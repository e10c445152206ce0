// A client's side of a WebSocket, cut into frames; other requests pass as they are.

/** Bytes as they came; and what they say, if they are one whole binary message. */
export interface Frame {
  raw: Buffer;
  payload: Uint8Array | null;
}

const HEAD_END = '\r\n\r\n';
/** A handshake is a GET. */
const OTHER = 'POST ';
const BINARY_WHOLE = 0x82;
const MASK_BYTES = 4;

export class Frames {
  #rest: Buffer = Buffer.alloc(0);
  #isUpgraded = false;
  #isOther = false;

  /** The whole frames of what has come so far. */
  take(bytes: Buffer): Frame[] {
    if (this.#isOther) return [{ raw: bytes, payload: null }];
    this.#rest = Buffer.concat([this.#rest, bytes]);
    this.#isOther = !this.#isUpgraded && this.#rest.subarray(0, OTHER.length).toString() === OTHER;
    if (this.#isOther) return [{ raw: this.#rest, payload: null }];
    const frames: Frame[] = [];
    for (let length = this.#next(); length !== null; length = this.#next()) {
      const raw = this.#rest.subarray(0, length);
      frames.push({ raw, payload: this.#isUpgraded ? payloadOf(raw) : null });
      this.#rest = this.#rest.subarray(length);
      this.#isUpgraded = true;
    }
    return frames;
  }

  /** How long the next frame is; the request of the upgrade counts as the first. */
  #next(): number | null {
    if (!this.#isUpgraded) {
      const end = this.#rest.indexOf(HEAD_END);
      return end < 0 ? null : end + HEAD_END.length;
    }
    const head = headBytes(this.#rest);
    if (head === null) return null;
    const length = head + payloadBytes(this.#rest);
    return this.#rest.length < length ? null : length;
  }
}

/** Head and mask, or null while they have not come. */
function headBytes(bytes: Buffer): number | null {
  if (bytes.length < 2) return null;
  const short = (bytes[1] as number) & 0x7f;
  const length = 2 + MASK_BYTES + (short === 126 ? 2 : short === 127 ? 8 : 0);
  return bytes.length < length ? null : length;
}

function payloadBytes(bytes: Buffer): number {
  const short = (bytes[1] as number) & 0x7f;
  if (short === 126) return bytes.readUInt16BE(2);
  return short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
}

function payloadOf(raw: Buffer): Uint8Array | null {
  if (raw[0] !== BINARY_WHOLE) return null;
  const start = headBytes(raw) as number;
  const mask = raw.subarray(start - MASK_BYTES, start);
  return raw.subarray(start).map((byte, index) => byte ^ (mask[index % MASK_BYTES] as number));
}
