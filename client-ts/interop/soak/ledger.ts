// Who wrote what, what of it was acknowledged, and what was deleted on purpose.

const TOKEN = /\{\d+:\d+\}/g;

/** The tokens in some text. */
export const tokensIn = (text: string): string[] => text.match(TOKEN) ?? [];

/** What an edit did. */
export interface Edited {
  inserted: string[];
  deleted: string[];
}

export class Ledger {
  made = 0;
  readonly #documents: { acknowledged: Map<string, string>; deleted: Set<string>; gone: Set<string> }[] = [];
  #next = 0;

  constructor(documents: number) {
    for (let number = 0; number < documents; number += 1) this.#documents.push({ acknowledged: new Map(), deleted: new Set(), gone: new Set() });
  }

  get acknowledged(): number {
    return this.#documents.reduce((sum, { acknowledged, gone }) => sum + acknowledged.size + gone.size, 0);
  }

  /** A word that nobody else writes. */
  token(client: number): string {
    this.#next += 1;
    return `{${client}:${this.#next}}`;
  }

  record(document: number, { inserted, deleted }: Edited): void {
    this.made += inserted.length + deleted.length;
    for (const token of deleted) this.#of(document).deleted.add(token);
  }

  acknowledge(document: number, { inserted, deleted }: Edited, how: string): void {
    const { acknowledged, gone } = this.#of(document);
    for (const token of inserted) if (!acknowledged.has(token)) acknowledged.set(token, how);
    for (const token of deleted) gone.add(token);
  }

  /** What was acknowledged and is not there; what was deleted for good and is there. */
  lost(document: number, text: string): string[] {
    const there = new Set(tokensIn(text));
    const { acknowledged, deleted, gone } = this.#of(document);
    const missing = [...acknowledged].filter(([token]) => !there.has(token) && !deleted.has(token));
    const back = [...gone].filter((token) => there.has(token));
    return [...missing.map(([token, how]) => `${token} (${how}) is gone`), ...back.map((token) => `${token} was deleted and is back`)];
  }

  /** What is there more than once. */
  static doubled(text: string): string[] {
    const seen = new Set<string>();
    return tokensIn(text).flatMap((token) => (seen.size === seen.add(token).size ? [`${token} is there twice`] : []));
  }

  #of(document: number) {
    const found = this.#documents[document];
    if (found === undefined) throw new Error(`no document ${document}`);
    return found;
  }
}
