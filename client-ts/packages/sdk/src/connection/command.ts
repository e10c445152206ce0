import type { ServerFrame, SocketCommand, TaskView } from '@igny8/protocol';

import { ProblemError } from '../problem.js';
import { COMMAND_TIMEOUT_MS, COMMANDS_PENDING_MAX } from './bound.js';
import type { Connection } from './connection.js';

interface Pending {
  command: SocketCommand;
  resolve: (tasks: TaskView[]) => void;
  reject: (error: Error) => void;
  timer: ReturnType<typeof setTimeout>;
}

/** Commands that wait for `done` or `problem`. */
export class Commands {
  readonly #connection: Connection;
  readonly #nextRef: () => number;
  readonly #pending = new Map<number, Pending>();

  constructor(connection: Connection, nextRef: () => number) {
    this.#connection = connection;
    this.#nextRef = nextRef;
  }

  /** Resolves with the tasks that were queued. */
  send(command: SocketCommand): Promise<TaskView[]> {
    if (this.#pending.size >= COMMANDS_PENDING_MAX) return Promise.reject(refusal('busy', 'Too many commands wait for an answer. Try again in a moment.'));
    const ref = this.#nextRef();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(ref)?.reject(unknownOutcome()), COMMAND_TIMEOUT_MS);
      this.#pending.set(ref, { command, resolve, reject, timer });
      if (!this.#connection.send({ type: 'command', ref, command })) {
        this.#settle(ref)?.reject(refusal('offline', 'There is no connection to the server just now. Nothing was done.'));
      }
    });
  }

  done(ref: number, tasks: TaskView[] = []): void {
    this.#settle(ref)?.resolve(tasks);
  }

  /** True if the refusal was an answer to a command. */
  problem(ref: number, frame: Extract<ServerFrame, { type: 'problem' }>): boolean {
    const pending = this.#settle(ref);
    const retryAfter = frame.retry_after_ms ?? undefined;
    pending?.reject(new ProblemError({ code: frame.code, status: 0, title: 'Refused', detail: frame.message, retryAfter }));
    return pending !== undefined;
  }

  /** The line is gone. What counts once under its key waits for the next one; of the rest, the stream
   * will show whether the server did it. */
  lost(): void {
    for (const [ref, { command }] of [...this.#pending]) {
      if (!countsOnce(command)) this.#settle(ref)?.reject(unknownOutcome());
    }
  }

  /** The line is back: what waited is sent again, under the same key. */
  live(): void {
    for (const [ref, { command }] of this.#pending) this.#connection.send({ type: 'command', ref, command });
  }

  /** Nothing is sent again: another tenant was chosen, or the client was closed. */
  end(): void {
    for (const ref of [...this.#pending.keys()]) this.#settle(ref)?.reject(unknownOutcome());
  }

  #settle(ref: number): Pending | undefined {
    const pending = this.#pending.get(ref);
    clearTimeout(pending?.timer);
    this.#pending.delete(ref);
    return pending;
  }
}

function countsOnce(command: SocketCommand): boolean {
  return command.name === 'queue_work' && command.idempotency_key !== undefined;
}

function refusal(code: string, detail: string): ProblemError {
  return new ProblemError({ code, status: 0, title: 'Not sent', detail });
}

function unknownOutcome(): ProblemError {
  return refusal('unknown_outcome', 'The connection was lost before the answer came. The current state shows once it is back.');
}
