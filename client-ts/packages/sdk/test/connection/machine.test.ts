import { describe, expect, it } from 'vitest';

import { type ConnectionEvent, type ConnectionState, nextState } from '../../src/connection/machine.js';

const STATES: ConnectionState[] = ['idle', 'fetching_ticket', 'connecting', 'greeting', 'live', 'waiting', 'closed'];
const EVENTS: ConnectionEvent[] = ['start', 'ticket', 'open', 'welcome', 'lost', 'refused', 'retry', 'stop'];

/** Written out again, so that a slip in the table is seen. Everything else is ignored. */
const ARROWS = `
  idle            start    fetching_ticket
  fetching_ticket ticket   connecting
  fetching_ticket lost     waiting
  fetching_ticket refused  closed
  fetching_ticket stop     idle
  connecting      open     greeting
  connecting      lost     waiting
  connecting      refused  closed
  connecting      stop     idle
  greeting        welcome  live
  greeting        lost     waiting
  greeting        refused  closed
  greeting        stop     idle
  live            lost     waiting
  live            refused  closed
  live            stop     idle
  waiting         retry    fetching_ticket
  waiting         refused  closed
  waiting         stop     idle
  closed          start    fetching_ticket
  closed          stop     idle`;

const arrows = new Map(
  ARROWS.trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/) as [string, string, string])
    .map(([from, event, to]) => [`${from} ${event}`, to]),
);

describe('the transition table', () => {
  const pairs = STATES.flatMap((state) => EVENTS.map((event) => [state, event] as const));

  it.each(pairs)('%s + %s', (state, event) => {
    expect(nextState(state, event)).toBe(arrows.get(`${state} ${event}`));
  });

  it('can leave every state', () => {
    for (const state of STATES) expect(EVENTS.some((event) => nextState(state, event) !== undefined)).toBe(true);
  });
});
