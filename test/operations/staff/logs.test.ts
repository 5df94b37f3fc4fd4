/** The staff log records who did what from where, what was refused, and is listed by filter. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { plansOf } from '#test/support/plans';
import { aPost } from '#test/support/posts';
import { sweepOut } from '#test/support/queues';
import { anOpenStream } from '#test/support/streams';
import { actorOf, asCreator, asStaff, asUser, asViewer, type Person } from '#test/support/users';
import { commit } from '@/db/commit';
import { blankStaffOrigins } from '@/domains/base/permissions/forget';
import { logStaff } from '@/domains/base/permissions/log';
import { listStaffLog } from '@/domains/operations/staff/log';
import { newId } from '@/shared/ids';

const DAY_MS = 86_400_000;
const to = (country: string) => ({ country, reason: 'Seen there.' });
const correct = (by: Person, user: Person, country: string) => by.put(`admin/user/${user.userId}/country`, to(country));

async function logOf(reader: Person, query: Record<string, string>) {
  const answer = await reader.get(`admin/logs?${new URLSearchParams(query)}`);
  expect(answer.status).toBe(200);
  return answer.data.items;
}

describe('a row of the staff log', () => {
  it('says who acted on whom, from where, and what changed', async () => {
    const [owner, user] = [await asStaff('owner'), await asUser({ country: 'DE' })];
    const from = { address: '203.0.113.7', headers: { 'user-agent': 'Desk/1.0' } };
    await owner.put(`admin/user/${user.userId}/country`, to('FR'), from);
    expect(await logOf(owner, { subjectId: user.userId })).toEqual([
      {
        ...{ id: expect.any(String), staff: expect.objectContaining({ id: owner.userId }), action: 'user.country' },
        ...{ targetType: 'user', targetId: user.userId, subjectId: user.userId, outcome: 'done' },
        ...{ before: { country: 'DE' }, after: { country: 'FR' }, reason: 'Seen there.' },
        ...{ ip: '203.0.113.7', userAgent: 'Desk/1.0', createdAt: expect.any(String) },
      },
    ]);
  });

  it('loses address and agent after 180 days, and nothing else', async () => {
    const [owner, user] = [await asStaff('owner'), await asViewer()];
    const ctx = testContext();
    const row = (daysAgo: number) => ({
      ...logRow(owner.userId, user.userId),
      ...{ createdAt: ctx.now() - daysAgo * DAY_MS, ip: '203.0.113.7', userAgent: 'Desk/1.0' },
    });
    const insert = (values: Record<string, unknown>) =>
      env.DB.prepare(
        `INSERT INTO staff_log (${Object.keys(values).join(', ')}) VALUES (${Object.keys(values)
          .map(() => '?')
          .join(', ')})`,
      )
        .bind(...Object.values(values))
        .run();
    for (const days of [181, 179]) {
      const { createdAt, userAgent, staffId, targetType, targetId, subjectId, ...rest } = row(days);
      await insert({
        ...{ id: newId(), ...rest, created_at: createdAt, user_agent: userAgent, staff_id: staffId },
        ...{ target_type: targetType, target_id: targetId, subject_id: subjectId },
      });
    }
    const blank = 'UPDATE staff_log SET ip = NULL, user_agent = NULL WHERE staff_id = ?1 AND ip IS NOT NULL';
    await expect(env.DB.prepare(blank).bind(owner.userId).run()).rejects.toThrow('STAFF_LOG_IS_KEPT');
    await sweepOut(blankStaffOrigins, ctx);
    const { results } = await env.DB.prepare(
      'SELECT ip, user_agent AS agent, reason FROM staff_log WHERE staff_id = ? ORDER BY created_at',
    )
      .bind(owner.userId)
      .all();
    expect(results).toEqual([
      { ip: null, agent: null, reason: 'Rude.' },
      { ip: '203.0.113.7', agent: 'Desk/1.0', reason: 'Rude.' },
    ]);
  });
});

const logRow = (staffId: string, subjectId: string) => ({
  ...{ staffId, subjectId, action: 'test.act', targetType: 'user', targetId: subjectId, reason: 'Rude.' },
});

describe('a refused write of staff', () => {
  it.each([
    ['support', 'PERMISSION_REQUIRED'],
    ['country_admin', 'STAFF_OUT_OF_REACH'],
  ] as const)('by %s is logged with its code %s', async (rank, code) => {
    const [owner, actor, user] = [
      await asStaff('owner'),
      await asStaff(rank, { country: 'DE' }),
      await asUser({ country: 'FR' }),
    ];
    expect((await correct(actor, user, 'DE')).error.code).toBe(code);
    expect(await logOf(owner, { staffId: actor.userId })).toMatchObject([
      {
        ...{ action: 'user.country', targetType: 'user', targetId: user.userId, subjectId: user.userId },
        ...{ outcome: 'refused', code, before: null, after: null, ip: expect.any(String) },
      },
    ]);
  });

  it('is logged if the rank is dormant and if the thing is not there, but not if the input is wrong', async () => {
    const [owner, dormant] = [await asStaff('owner'), await asUser({ rank: 'owner', twoFactor: false })];
    await correct(dormant, owner, 'DE');
    await owner.put('admin/user/nobody/country', to('DE'));
    await owner.put(`admin/user/${owner.userId}/country`, { country: 'XX' });
    expect(await logOf(owner, { staffId: dormant.userId })).toMatchObject([{ code: 'TOTP_SETUP_REQUIRED' }]);
    expect(await logOf(owner, { staffId: owner.userId })).toMatchObject([
      { code: 'STAFF_USER_NOT_FOUND', targetId: 'nobody', subjectId: null },
    ]);
  });

  it('of somebody else’s post or of a person in a room is logged too, since they act there as staff', async () => {
    const [owner, actor, other] = [await asStaff('owner'), await asStaff('admin_l1'), await asStaff('admin_l2')];
    const room = await anOpenStream(await asCreator());
    const kick = { action: 'kick', userId: other.userId };
    expect((await actor.post(`stream/${room}/moderation`, kick)).error.code).toBe('OUT_OF_YOUR_REACH');
    expect((await actor.delete(`content/posts/${await aPost(other)}`)).error.code).toBe('OUT_OF_YOUR_REACH');
    const codes = (await logOf(owner, { staffId: actor.userId })).map((row: { action: string }) => row.action);
    expect(codes).toEqual(['post.delete', 'moderateUser']);
  });

  it('is logged 20 times a minute, and a read or a write of viewers never', async () => {
    const [owner, support, viewer] = [await asStaff('owner'), await asStaff('support'), await asViewer()];
    for (let time = 0; time < 22; time += 1) await correct(support, viewer, 'DE');
    await support.get('admin/logs');
    await correct(viewer, support, 'DE');
    expect(await logOf(owner, { staffId: support.userId, perPage: '100' })).toHaveLength(20);
    expect(await logOf(owner, { staffId: viewer.userId })).toEqual([]);
  });
});

describe('GET /admin/logs', () => {
  it('filters and pages, newest first', async () => {
    const [owner, user, other] = [await asStaff('owner'), await asViewer(), await asViewer()];
    for (const country of ['DE', 'FR', 'IT']) await correct(owner, user, country);
    await correct(owner, other, 'DE');
    await owner.put(`admin/staff/${user.userId}`, { rank: 'owner' });
    const countries = async (query: Record<string, string>) =>
      (await logOf(owner, { staffId: owner.userId, ...query })).map(
        (row: { after: unknown; code?: string }) => row.code ?? (row.after as { country: string }).country,
      );
    expect(await countries({ targetId: user.userId, targetType: 'user' })).toEqual(['RANK_TOO_HIGH', 'IT', 'FR', 'DE']);
    expect(await countries({ action: 'user.country', outcome: 'done' })).toEqual(['DE', 'IT', 'FR', 'DE']);
    expect(await countries({ outcome: 'refused' })).toEqual(['RANK_TOO_HIGH']);
    expect(await countries({ to: '2020-01-01' })).toEqual([]);
    const first = await owner.get(`admin/logs?staffId=${owner.userId}&perPage=3`);
    const cursor = first.data.pagination.nextCursor;
    expect((await owner.get(`admin/logs?staffId=${owner.userId}&perPage=3&cursor=${cursor}`)).data).toMatchObject({
      items: [{ after: { country: 'FR' } }, { after: { country: 'DE' } }],
      pagination: { nextCursor: null },
    });
    expect((await owner.get('admin/logs?cursor=x')).error.code).toBe('CURSOR_INVALID');
  });

  it('shows a country admin what was done about users of their country, and their own acts', async () => {
    const [owner, admin] = [await asStaff('owner'), await asStaff('country_admin', { country: 'LU' })];
    const [home, abroad] = [await asUser({ country: 'LU' }), await asUser({ country: 'FR' })];
    await owner.post(`stream/${await anOpenStream(await asCreator())}/moderation`, {
      action: 'kick',
      userId: home.userId,
    });
    await correct(owner, abroad, 'IT');
    await correct(admin, abroad, 'LU');
    const seen = (await logOf(admin, {})).map((row: { targetId: string; outcome: string }) => [
      row.targetId,
      row.outcome,
    ]);
    expect(seen).toEqual([
      [abroad.userId, 'refused'],
      [home.userId, 'done'],
    ]);
    expect(await logOf(admin, { staffId: owner.userId })).toMatchObject([{ targetId: home.userId }]);
  });

  it.each([
    [{ staffId: 'x' }, 'staff_log_by_staff'],
    [{ action: 'x' }, 'staff_log_by_action'],
    [{ targetType: 'x' }, 'staff_log_by_target_type'],
    [{ targetId: 'x', targetType: 'x', outcome: 'done' }, 'staff_log_of_target'],
    [{ subjectId: 'x', staffId: 'x' }, 'staff_log_of_subject'],
    [{ outcome: 'refused' }, 'staff_log_by_outcome'],
    [{}, 'sqlite_autoindex_staff_log_1'],
  ] as const)('finds %j by the index %s, without sorting', async (filter, index) => {
    const owner = { ...actorOf({ userId: 'x', email: 'x' }), staff: person('owner') };
    const [plan] = await plansOf((ctx) => listStaffLog(ctx, owner, { ...filter, perPage: 20 }));
    expect(plan).toContain(index);
    expect(plan).not.toContain('TEMP B-TREE');
  });

  it('finds the rows of a country admin by two indexes', async () => {
    const admin = { ...actorOf({ userId: 'x', email: 'x' }), staff: person('country_admin') };
    const plans = await plansOf((ctx) => listStaffLog(ctx, admin, { perPage: 20 }));
    expect(plans.join('\n')).toContain('staff_log_by_staff');
    expect(plans.join('\n')).toContain('staff_log_by_country');
    expect(plans.join('\n')).not.toContain('TEMP B-TREE');
  });

  it('sweeps by an index', async () => {
    const [plan] = await plansOf(blankStaffOrigins);
    expect(plan).toContain('staff_log_with_origin');
  });
});

const person = (rank: 'owner' | 'country_admin') => ({ rank, granted: [], denied: [], country: 'DE' }) as const;

it('a row about a user carries their country', async () => {
  const [owner, user] = [await asStaff('owner'), await asUser({ country: 'AT' })];
  const ctx = testContext();
  await commit(ctx, [logStaff(ctx, logRow(owner.userId, user.userId))]);
  const row = await env.DB.prepare('SELECT country FROM staff_log WHERE staff_id = ?').bind(owner.userId).first();
  expect(row).toEqual({ country: 'AT' });
});
