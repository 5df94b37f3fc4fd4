import { describe, expect, it } from 'vitest';
import { fillIn, unknownVariables } from '@/domains/operations/tickets/canned-text';
import { canMove, REOPENS_FOR_MS, takesReply } from '@/domains/operations/tickets/judge';
import { findNumber, newNumber, showNumber } from '@/domains/operations/tickets/number';
import {
  moveTo,
  priorityOf,
  reprioritise,
  SERVICE_LEVELS,
  startClock,
} from '@/domains/operations/tickets/service-level';
import { TICKET_STATUSES } from '@/domains/operations/tickets/tables';
import { DAY_MS, HOUR_MS } from '@/shared/time';

describe("a ticket's number", () => {
  it('is found however somebody writes it', () => {
    const number = newNumber();
    const shown = showNumber(number);
    expect(shown).toMatch(/^T-[2-9A-Z]{4}-[2-9A-Z]{4}$/);
    for (const written of [shown, shown.toLowerCase(), number, ` t ${number} `, shown.replaceAll('-', '')])
      expect([written, findNumber(written)]).toEqual([written, number]);
  });

  it('has no vowel and no letter that looks like a digit', () => {
    const all = Array.from({ length: 500 }, newNumber).join('');
    expect(all).not.toMatch(/[AEIOUT01LSZBG]/);
  });

  it.each(['', 'T', 'hello', 'T-7KQ4', 'T-0000-0000'])('is not found in "%s"', (text) => {
    expect(findNumber(text)).toBeUndefined();
  });
});

describe('the priority of a new ticket', () => {
  it.each([
    ['safety', undefined, 'high'],
    ['billing', 'low', 'low'],
    ['technical', 'urgent', 'normal'],
    ['other', 'high', 'low'],
  ] as const)('of category %s, asked for as %s, is %s', (category, asked, priority) => {
    expect(priorityOf(category, asked)).toBe(priority);
  });
});

describe("a ticket's clock", () => {
  const clock = startClock('normal', 0);

  it('is due first for a response, then for a resolution, and not while staff wait for the user', () => {
    expect(clock.dueAt).toBe(SERVICE_LEVELS.normal.respondMs);
    const answered = moveTo(clock, 'pending', HOUR_MS, true);
    expect(answered).toMatchObject({ firstRespondedAt: HOUR_MS, dueAt: null });
    // Two hours passed while the user had to act.
    const back = moveTo(answered, 'open', 3 * HOUR_MS);
    expect(back.dueAt).toBe(SERVICE_LEVELS.normal.resolveMs + 2 * HOUR_MS);
  });

  it('keeps the time of the first response', () => {
    const answered = moveTo(clock, 'pending', HOUR_MS, true);
    expect(moveTo(moveTo(answered, 'open', 2 * HOUR_MS), 'pending', 3 * HOUR_MS, true).firstRespondedAt).toBe(HOUR_MS);
  });

  it('is still due for a response if nobody answered', () => {
    expect(moveTo(clock, 'pending', HOUR_MS).dueAt).toBe(SERVICE_LEVELS.normal.respondMs);
  });

  it('stops when the ticket is resolved, and starts again when it is reopened', () => {
    const resolved = moveTo(moveTo(clock, 'pending', HOUR_MS, true), 'resolved', DAY_MS);
    expect(resolved).toMatchObject({ resolvedAt: DAY_MS, dueAt: null });
    expect(moveTo(resolved, 'closed', 2 * DAY_MS).resolvedAt).toBe(DAY_MS);
    const reopened = moveTo(resolved, 'open', 5 * DAY_MS);
    expect(reopened).toMatchObject({ resolvedAt: null, dueAt: 5 * DAY_MS + SERVICE_LEVELS.normal.resolveMs });
  });

  it('moves by as much as the priorities differ', () => {
    const urgent = reprioritise(clock, 'urgent');
    expect(urgent).toMatchObject({ priority: 'urgent', dueAt: SERVICE_LEVELS.urgent.respondMs });
    expect(reprioritise(urgent, 'normal')).toEqual(clock);
  });
});

describe('the status of a ticket', () => {
  it('changes only as the table says', () => {
    const allowed = TICKET_STATUSES.flatMap((from) =>
      TICKET_STATUSES.filter((to) => canMove(from, to)).map((to) => `${from} ${to}`),
    );
    expect(allowed).toEqual([
      'open pending',
      'open resolved',
      'open closed',
      'pending open',
      'pending resolved',
      'pending closed',
      'resolved open',
      'resolved closed',
      'closed open',
    ]);
  });

  it('takes a reply until two weeks after closing', () => {
    expect(takesReply({ status: 'closed', statusAt: 0 }, REOPENS_FOR_MS - 1)).toBe(true);
    expect(takesReply({ status: 'closed', statusAt: 0 }, REOPENS_FOR_MS)).toBe(false);
    expect(takesReply({ status: 'resolved', statusAt: 0 }, 100 * DAY_MS)).toBe(true);
  });
});

describe('a ready-made answer', () => {
  const VALUES = { name: 'Ada {{agent}}', username: 'ada', number: 'T-1', subject: 'Sound', agent: 'Bo' };

  it('has its variables filled in once, so that a name with braces stays a name', () => {
    expect(fillIn('Hi {{name}}, {{ number }} is about {{subject}}.', VALUES)).toBe(
      'Hi Ada {{agent}}, T-1 is about Sound.',
    );
  });

  it('names the variables that do not exist, each once', () => {
    expect(unknownVariables('{{name}} {{nmae}} {{nmae}} {{}} {single}')).toEqual(['nmae', '']);
  });
});
