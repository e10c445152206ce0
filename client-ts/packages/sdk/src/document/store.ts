import { KEPT_OPEN_TIMEOUT_MS, KEPT_ROWS_MAX } from './bound.js';

/** Why the server did not take an edit. `code` is stable; `message` is for people. */
export interface Refusal {
  code: string;
  message: string;
}

/** An edit as it is kept: a Yjs update (v1), and the refusal if the server would not take it. */
export interface KeptEdit {
  update: Uint8Array;
  refused: Refusal | null;
}

/** A kept edit and the key by which it is removed. */
export interface KeptRow extends KeptEdit {
  key: number;
}

interface Row extends KeptEdit {
  account: string;
  document: string;
}

const ROWS = 'edits';
const BY_ACCOUNT = 'account';
const BY_DOCUMENT = 'document';

/** Edits that are not durable at the server yet, on this device (IndexedDB), by account and document. It keeps
 * nothing that the server has: a draft is read from there. All methods reject when the browser keeps nothing. */
export class EditStore {
  readonly #factory: IDBFactory;
  readonly #name: string;
  #database: Promise<IDBDatabase> | null = null;

  /** A database per server: `name` tells them apart. */
  constructor(factory: IDBFactory, name: string) {
    this.#factory = factory;
    this.#name = name;
  }

  /** The kept edits of a document, the oldest first. */
  async read(account: string, document: string): Promise<KeptRow[]> {
    const rows: KeptRow[] = [];
    await this.#transact('readonly', (store) => {
      store.index(BY_DOCUMENT).openCursor([account, document]).onsuccess = (event) => {
        const cursor = (event.target as IDBRequest<IDBCursorWithValue | null>).result;
        if (cursor === null) return;
        const { update, refused } = cursor.value as Row;
        rows.push({ key: cursor.primaryKey as number, update, refused });
        cursor.continue();
      };
    });
    return rows;
  }

  /** Keeps an edit in place of others, in one step; resolves with its key once it is written. */
  async put(account: string, document: string, edit: KeptEdit, inPlaceOf: readonly number[]): Promise<number> {
    let key = 0;
    await this.#transact('readwrite', (store, fail) => {
      for (const old of inPlaceOf) store.delete(old);
      store.index(BY_ACCOUNT).count(account).onsuccess = (event) => {
        if ((event.target as IDBRequest<number>).result >= KEPT_ROWS_MAX) return fail(new RangeError(`at most ${KEPT_ROWS_MAX} unsaved edits are kept on a device`));
        const row: Row = { account, document, ...edit };
        store.add(row).onsuccess = (added) => {
          key = (added.target as IDBRequest<IDBValidKey>).result as number;
        };
      };
    });
    return key;
  }

  async remove(keys: readonly number[]): Promise<void> {
    await this.#transact('readwrite', (store) => keys.forEach((key) => store.delete(key)));
  }

  /** How many edits of an account are kept. */
  async count(account: string): Promise<number> {
    let count = 0;
    await this.#transact('readonly', (store) => {
      store.index(BY_ACCOUNT).count(account).onsuccess = (event) => {
        count = (event.target as IDBRequest<number>).result;
      };
    });
    return count;
  }

  /** Forgets everything of an account. */
  async erase(account: string): Promise<void> {
    await this.#transact('readwrite', (store) => {
      store.index(BY_ACCOUNT).openKeyCursor(account).onsuccess = (event) => {
        const cursor = (event.target as IDBRequest<IDBCursor | null>).result;
        if (cursor === null) return;
        store.delete(cursor.primaryKey);
        cursor.continue();
      };
    });
  }

  /** Resolves when the transaction is complete: then it survives the page. */
  async #transact(mode: IDBTransactionMode, act: (store: IDBObjectStore, fail: (reason: Error) => void) => void): Promise<void> {
    const database = await this.#open();
    await new Promise<void>((resolve, reject) => {
      const transaction = database.transaction(ROWS, mode);
      let reason: Error | null = null;
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(reason ?? transaction.error ?? new Error('the browser kept nothing'));
      act(transaction.objectStore(ROWS), (why) => {
        reason = why;
        transaction.abort();
      });
    });
  }

  #open(): Promise<IDBDatabase> {
    this.#database ??= this.#openNow().catch((error: unknown) => {
      // Tried again with the next edit.
      this.#database = null;
      throw error;
    });
    return this.#database;
  }

  #openNow(): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
      // Some browsers never answer when storage is broken: nobody waits for that.
      const timer = setTimeout(() => reject(new Error('the browser did not open its storage')), KEPT_OPEN_TIMEOUT_MS);
      const request = this.#factory.open(this.#name, 1);
      request.onupgradeneeded = () => {
        const store = request.result.createObjectStore(ROWS, { autoIncrement: true });
        store.createIndex(BY_ACCOUNT, 'account');
        store.createIndex(BY_DOCUMENT, ['account', 'document']);
      };
      request.onerror = () => {
        clearTimeout(timer);
        reject(request.error ?? new Error('the browser did not open its storage'));
      };
      request.onsuccess = () => {
        clearTimeout(timer);
        const database = request.result;
        database.onclose = database.onversionchange = () => {
          database.close();
          this.#database = null;
        };
        resolve(database);
      };
    });
  }
}
