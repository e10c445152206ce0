/** One event of an answer in `text/event-stream`. */
export interface ServerEvent {
  /** `message` where nothing else was said. */
  kind: string;
  data: string;
}

/** Reads events as they come. An event may be as large as a document: its parts are joined once. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  let kind = 'message';
  let data: string[] = [];
  for await (const line of linesOf(body)) {
    if (line === '') {
      if (data.length > 0) yield { kind, data: data.join('\n') };
      kind = 'message';
      data = [];
      continue;
    }
    const at = line.indexOf(':');
    const field = at < 0 ? line : line.slice(0, at);
    const value = at < 0 ? '' : line.slice(line[at + 1] === ' ' ? at + 2 : at + 1);
    if (field === 'event') kind = value;
    // All else is a comment, a sign of life.
    else if (field === 'data') data.push(value);
  }
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let parts: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = decoder.decode(value, { stream: true }).split('\n');
      const last = lines.pop() ?? '';
      for (const line of lines) {
        parts.push(line);
        yield parts.join('').replace(/\r$/, '');
        parts = [];
      }
      parts.push(last);
    }
  } finally {
    // Whoever stops hearing lets go of the answer.
    await reader.cancel().catch(() => undefined);
  }
}

/** Base64 as the server writes it. */
export function bytesOf(base64: string): ArrayBuffer {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes.buffer;
}
