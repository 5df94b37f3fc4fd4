/** The public figures: written once after a month has ended, equal to a recount. */
import { env } from 'cloudflare:workers';
import { beforeAll, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { asStaff, asViewer, type Person } from '#test/support/users';
import { readTransparency, writeTransparency } from '@/domains/operations/appeals/transparency';
import { newId } from '@/shared/ids';

const JULY = Date.UTC(2026, 6, 1);
const AUGUST = Date.UTC(2026, 7, 1);
const SEPTEMBER = Date.UTC(2026, 8, 1);

let [subject, staff]: [Person, Person] = [] as never;

beforeAll(async () => {
  [subject, staff] = [await asViewer(), await asStaff('owner')];
  await env.DB.prepare('UPDATE users SET created_at = ?').bind(JULY).run();
  // The last moment of July and the first of September are not in August.
  for (const at of [AUGUST - 1, AUGUST, SEPTEMBER - 1, SEPTEMBER]) await makeOneOfEach(at);
});

async function makeOneOfEach(at: number): Promise<void> {
  const decision = (id: string, action: string, reversedAt: number | null) =>
    env.DB.prepare(
      `INSERT INTO decisions (id, subject_id, action, rule, reason, target_type, target_id, staff_id, created_at, reversed_at)
       VALUES (?, ?, ?, 'spam', '', 'user', ?, ?, ?, ?)`,
    ).bind(id, subject.userId, action, subject.userId, staff.userId, at, reversedAt);
  const report = (action: string) =>
    env.DB.prepare(
      `INSERT INTO reports (id, target_type, target_id, subject_id, category, base, fingerprint, status, action, resolved_at, created_at)
       VALUES (?, 'user', ?, ?, 'spam', 3, '', 'resolved', ?, ?, ?)`,
    ).bind(newId(), newId(), subject.userId, action, at, at);
  const appealed = newId();
  await env.DB.batch([
    decision(appealed, 'ban', at),
    decision(newId(), 'timeout', null),
    decision(newId(), 'warn', null),
    decision(newId(), 'withdraw', at), // marked without an appeal
    report('dismiss'),
    report('warn'),
    report('ban'),
    env.DB.prepare(
      `INSERT INTO appeals (id, decision_id, subject_id, text, status, created_at, decided_at)
       VALUES (?, ?, ?, '', 'accepted', ?, ?)`,
    ).bind(newId(), appealed, subject.userId, at, at),
  ]);
}

const at = (now: number) => ({ ...testContext(), now: () => now });

it('months that ended are written from the first account on, once, and equal a recount', async () => {
  const ctx = at(SEPTEMBER + 1);
  while (await writeTransparency(ctx));
  const figures = await readTransparency(ctx);
  expect(figures).toEqual([
    { month: '2026-09', reports: 3, upheld: 2, bans: 2, appeals: 1, reversed: 1 },
    { month: '2026-08', reports: 6, upheld: 4, bans: 4, appeals: 2, reversed: 2 },
    { month: '2026-07', reports: 3, upheld: 2, bans: 2, appeals: 1, reversed: 1 },
  ]);
  // What changes later does not change a month that has ended.
  await env.DB.prepare('DELETE FROM appeals WHERE created_at < ?').bind(SEPTEMBER).run();
  await Promise.all([writeTransparency(ctx), writeTransparency(ctx)]);
  expect((await readTransparency(ctx)).slice(1)).toEqual(figures.slice(1));
});

it('a platform without figures shows the running month alone, with zeros', async () => {
  const [running, ...others] = await readTransparency(at(Date.UTC(2020, 0, 15)));
  expect(running).toEqual({ month: '2020-01', reports: 0, upheld: 0, bans: 0, appeals: 0, reversed: 0 });
  expect(others).toEqual([]);
});
