/** Tickets for tests, over the API: opened, answered, and with files. */
import { env, exports } from 'cloudflare:workers';
import { expect } from 'vitest';
import type { Scanner, Verdict } from '@/contracts/scanner';
import type { Person } from './users';

type Caller = Pick<Person, 'post'>;

export const TICKET = { category: 'technical', subject: 'No picture', description: 'I only hear the sound.' };

/** @returns the ticket as its user sees it */
export async function aTicket(person: Caller, changes: Record<string, unknown> = {}) {
  const answer = await person.post('support/tickets', { ...TICKET, ...changes });
  expect([answer.status, answer.error]).toEqual([201, undefined]);
  return answer.data;
}

export async function aReply(person: Caller, ticketId: string, text: string, more: Record<string, unknown> = {}) {
  const answer = await person.post(`support/tickets/${ticketId}/reply`, { text, ...more });
  expect([answer.status, answer.error]).toEqual([201, undefined]);
  return answer.data;
}

/** A file that was sent, and is not attached yet. @returns the upload's id */
export async function aFile(person: Caller, bytes: Uint8Array, contentType: string, name?: string): Promise<string> {
  const body = { kind: 'ticket-file', contentType, bytes: bytes.length, ...(name === undefined ? {} : { name }) };
  const { status, data } = await person.post('media/uploads', body);
  expect(status).toBe(201);
  const sent = await exports.default.fetch(data.url, {
    method: 'PUT',
    headers: data.headers,
    body: bytes as Uint8Array<ArrayBuffer>,
  });
  expect(sent.status).toBe(200);
  return data.id;
}

export const textFile = (text: string) => new TextEncoder().encode(text);

/** A scanner that answers this. */
export function aScanner(verdict: Verdict): Scanner {
  return {
    async scan(content) {
      await content.cancel();
      return verdict;
    },
    ping: async () => undefined,
  };
}

/** What a user or member of staff was notified of, newest first. */
export async function noticesOf(person: { get: Person['get'] }, kind: string) {
  const { data } = await person.get('user/notifications');
  return data.items.filter((item: { kind: string }) => item.kind === kind);
}

export async function staffLogOf(ticketId: string) {
  const { results } = await env.DB.prepare(
    "SELECT action, staff_id AS staffId FROM staff_log WHERE target_id = ? AND outcome = 'done' ORDER BY id",
  )
    .bind(ticketId)
    .all<{ action: string; staffId: string }>();
  return results;
}
