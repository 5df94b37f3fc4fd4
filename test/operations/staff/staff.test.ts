/** Who ranks whom, and that it bites at once. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { asCreator, asStaff, asUser, asViewer } from '#test/support/users';

const rank = (userId: string) => `admin/staff/${userId}`;

async function logOf(targetId: string) {
  const { results } = await env.DB.prepare(
    "SELECT staff_id, action, before, after FROM staff_log WHERE target_id = ? AND outcome = 'done' ORDER BY id",
  )
    .bind(targetId)
    .all<{ staff_id: string; action: string; before: string | null; after: string | null }>();
  return results;
}

describe('PUT /admin/staff/:userId', () => {
  it('gives a rank with more and less than it has, and logs it', async () => {
    const [owner, person] = [await asStaff('owner'), await asViewer()];
    const body = { rank: 'admin_l1', granted: ['canBanUsers'], denied: ['canKickUsers'] };
    const answer = await owner.put(rank(person.userId), body);
    expect(answer.status).toBe(200);
    expect(answer.data).toMatchObject({
      ...body,
      country: null,
      user: { id: person.userId, username: person.username },
    });
    expect(answer.data.permissions).toEqual([
      'canManageTickets',
      'canDeleteMessages',
      'canReviewReports',
      'canBanUsers',
    ]);
    expect(await logOf(person.userId)).toEqual([
      {
        staff_id: owner.userId,
        action: 'staff.rank',
        before: null,
        after: JSON.stringify({ ...body, country: null }),
      },
    ]);
  });

  it('bites at once, on the tokens that the person has', async () => {
    const [owner, person] = [await asStaff('owner'), await asUser({ country: 'DE', twoFactor: true })];
    expect((await person.get('admin/staff')).status).toBe(403);
    await owner.put(rank(person.userId), { rank: 'country_admin', country: 'DE' });
    expect((await person.get('admin/staff')).status).toBe(200);
    await owner.put(rank(person.userId), { rank: null });
    const refused = await person.get('admin/staff');
    expect(refused.status).toBe(403);
    expect(refused.error.code).toBe('PERMISSION_REQUIRED');
  });

  it('changes only what is sent', async () => {
    const owner = await asStaff('owner');
    const person = await asStaff('admin_l1', { granted: ['canBanUsers'], denied: ['canKickUsers'] });
    const { data } = await owner.put(rank(person.userId), { rank: 'admin_l3' });
    expect(data).toMatchObject({ rank: 'admin_l3', granted: ['canBanUsers'], denied: ['canKickUsers'] });
    const { data: again } = await owner.put(rank(person.userId), { rank: 'admin_l3', granted: [] });
    expect(again).toMatchObject({ granted: [], denied: ['canKickUsers'] });
  });

  it('done twice is done and logged once', async () => {
    const [owner, person] = [await asStaff('owner'), await asViewer()];
    for (let time = 0; time < 2; time += 1)
      expect((await owner.put(rank(person.userId), { rank: 'support' })).data.rank).toBe('support');
    for (let time = 0; time < 2; time += 1)
      expect((await owner.put(rank(person.userId), { rank: null })).data).toMatchObject({
        rank: null,
        permissions: [],
      });
    expect(await logOf(person.userId)).toHaveLength(2);
  });

  it('is refused beyond the reach of a rank', async () => {
    const owner = await asStaff('owner');
    const admin = await asStaff('country_admin', { country: 'DE' });
    const [home, abroad] = [await asUser({ country: 'DE' }), await asUser({ country: 'FR' })];
    const equal = await asStaff('country_admin', { country: 'DE' });
    const refusals: [typeof admin, string, unknown, string][] = [
      [admin, abroad.userId, { rank: 'support' }, 'STAFF_OUT_OF_REACH'],
      [admin, equal.userId, { rank: null }, 'STAFF_OUT_OF_REACH'],
      [admin, admin.userId, { rank: null }, 'STAFF_OUT_OF_REACH'],
      [admin, owner.userId, { rank: 'support' }, 'STAFF_OUT_OF_REACH'],
      [admin, home.userId, { rank: 'country_admin', country: 'DE' }, 'RANK_TOO_HIGH'],
      [admin, home.userId, { rank: 'support', granted: ['canSeeLedger'] }, 'PERMISSION_NOT_YOURS'],
      [owner, home.userId, { rank: 'owner' }, 'RANK_TOO_HIGH'],
    ];
    for (const [who, target, body, code] of refusals) {
      const { status, error } = await who.put(rank(target), body);
      expect([status, error?.code]).toEqual([403, code]);
    }
    expect((await admin.put(rank(home.userId), { rank: 'admin_l3' })).status).toBe(200);
  });

  it('is refused to whoever may not manage staff', async () => {
    const { userId } = await asViewer();
    expect((await client().put(rank(userId), { rank: 'support' })).status).toBe(401);
    for (const person of [await asViewer(), await asCreator(), await asStaff('admin_l3')])
      expect((await person.put(rank(userId), { rank: 'support' })).status).toBe(403);
    const denied = await asStaff('owner', { denied: ['canManageStaff'] });
    expect((await denied.put(rank(userId), { rank: 'support' })).status).toBe(403);
  });

  it('names the invalid field of a request', async () => {
    const [owner, { userId }] = [await asStaff('owner'), await asViewer()];
    const wrong: [unknown, string][] = [
      [{}, 'rank'],
      [{ rank: 'king' }, 'rank'],
      [{ rank: 'support', granted: ['canFly'] }, 'granted.0'],
      [{ rank: 'support', granted: ['canBanUsers'], denied: ['canBanUsers'] }, 'denied'],
      [{ rank: 'country_admin' }, 'country'],
      [{ rank: 'country_admin', country: 'XX' }, 'country'],
      [{ rank: 'support', country: 'DE' }, 'country'],
      [{ rank: null, granted: ['canBanUsers'] }, 'granted'],
      [{ rank: 'support', crown: true }, 'crown'],
    ];
    for (const [body, path] of wrong) {
      const { status, error } = await owner.put(rank(userId), body);
      expect([status, error?.code, error?.details]).toMatchObject([422, 'VALIDATION_FAILED', [{ path }]]);
    }
  });

  it('is 404 for a user who is not there', async () => {
    const owner = await asStaff('owner');
    for (const id of [crypto.randomUUID(), 'nobody']) {
      const { status, error } = await owner.put(rank(id), { rank: 'support' });
      expect([status, error.code]).toEqual([404, 'STAFF_USER_NOT_FOUND']);
    }
  });

  it('at the same time by many leaves what one of them made, and a log of every change that held', async () => {
    const [owner, person] = [await asStaff('owner'), await asViewer()];
    const answers = await Promise.all(
      ['support', 'admin_l1', 'admin_l2', 'admin_l3'].map((name) => owner.put(rank(person.userId), { rank: name })),
    );
    const held = answers.filter(({ status }) => status === 200);
    expect(held.length).toBeGreaterThan(0);
    for (const { status, error } of answers.filter((answer) => answer.status !== 200))
      expect([status, error.code]).toEqual([409, 'STAFF_CHANGED']);
    const log = await logOf(person.userId);
    expect(log).toHaveLength(held.length);
    // Each change began where the one before it ended.
    for (const [index, row] of log.slice(1).entries()) expect(row.before).toBe(log[index]?.after);
  });
});

describe('the last owner', () => {
  it('cannot demote themselves, and no lower or equal rank can: only the address in OWNER_EMAIL outranks an owner', async () => {
    const [owner, equal, admin] = [
      await asStaff('owner'),
      await asStaff('owner'),
      await asStaff('country_admin', { country: 'DE' }),
    ];
    for (const actor of [owner, equal, admin])
      for (const body of [{ rank: null }, { rank: 'support' }, { rank: 'owner', denied: ['canManageStaff'] }])
        expect((await actor.put(rank(owner.userId), body)).error.code).toBe('STAFF_OUT_OF_REACH');
  });
});

describe('GET /admin/staff', () => {
  it('shows a country admin only staff of their country', async () => {
    const admin = await asStaff('country_admin', { country: 'MT' });
    const [home, abroad] = [await asStaff('support', { country: 'MT' }), await asStaff('support', { country: 'FR' })];
    const { data } = await admin.get('admin/staff?perPage=100');
    const ids = data.items.map((item: { user: { id: string } }) => item.user.id);
    expect(ids).toContain(home.userId);
    expect(ids).not.toContain(abroad.userId);
  });

  it('pages through everybody once', async () => {
    const owner = await asStaff('owner');
    const people = [
      await asStaff('support'),
      await asStaff('admin_l2'),
      await asStaff('country_admin', { country: 'FR' }),
    ];
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { status, data } = await owner.get(`admin/staff?perPage=2${cursor && `&cursor=${cursor}`}`);
      expect(status).toBe(200);
      expect(data.items.length).toBeLessThanOrEqual(2);
      seen.push(...data.items.map((item: { user: { id: string } }) => item.user.id));
      cursor = data.pagination.nextCursor;
    }
    expect(new Set(seen).size).toBe(seen.length);
    for (const { userId } of [owner, ...people]) expect(seen).toContain(userId);
  });

  it('is for those who manage staff, and answers 422 to a cursor that is not its own', async () => {
    expect((await client().get('admin/staff')).status).toBe(401);
    expect((await (await asViewer()).get('admin/staff')).status).toBe(403);
    const owner = await asStaff('owner');
    expect((await owner.get('admin/staff?cursor=nonsense')).error.code).toBe('CURSOR_INVALID');
    expect((await owner.get('admin/staff?colour=red')).status).toBe(422);
  });
});
