/** A country is what its user declares, until staff correct it. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { asStaff, asUser, asViewer } from '#test/support/users';

const path = (userId: string) => `admin/user/${userId}/country`;
const to = (country: string | null) => ({ country, reason: 'Pays and streams from there' });

describe('PUT /admin/user/:id/country', () => {
  it('corrects what the user declared, logs why, and is no longer the user’s to change', async () => {
    const [admin, user] = [await asStaff('owner'), await asUser({ country: 'DE' })];
    const answer = await admin.put(path(user.userId), to('FR'));
    expect(answer).toMatchObject({ status: 200, data: { country: 'FR', corrected: true, user: { id: user.userId } } });
    expect((await user.get('user/profile')).data.country).toBe('FR');

    for (const country of ['DE', null])
      expect(await user.put('user/profile', { country })).toMatchObject({
        status: 403,
        error: { code: 'COUNTRY_SET_BY_STAFF' },
      });
    expect((await user.put('user/profile', { country: 'FR', bio: 'Salut' })).data).toMatchObject({
      country: 'FR',
      bio: 'Salut',
    });

    const { results } = await env.DB.prepare(
      'SELECT staff_id, action, before, after, reason FROM staff_log WHERE target_id = ?',
    )
      .bind(user.userId)
      .all();
    expect(results).toEqual([
      {
        staff_id: admin.userId,
        action: 'user.country',
        before: '{"country":"DE"}',
        after: '{"country":"FR"}',
        reason: 'Pays and streams from there',
      },
    ]);
  });

  it('changes nothing when it is repeated, and may be corrected again', async () => {
    const [admin, user] = [await asStaff('owner'), await asViewer()];
    for (const country of ['FR', 'FR', 'IT'])
      expect((await admin.put(path(user.userId), to(country))).status).toBe(200);
    expect((await user.get('user/profile')).data.country).toBe('IT');
    const log = await env.DB.prepare('SELECT count(*) AS count FROM staff_log WHERE target_id = ?')
      .bind(user.userId)
      .first<{ count: number }>();
    expect(log?.count).toBe(2);
  });

  it('is given back to the user with null', async () => {
    const [admin, user] = [await asStaff('owner'), await asViewer()];
    await admin.put(path(user.userId), to('FR'));
    expect((await admin.put(path(user.userId), to(null))).data).toMatchObject({ country: null, corrected: false });
    expect((await user.put('user/profile', { country: 'DE' })).data.country).toBe('DE');
  });

  it('keeps a country admin inside their country, and everybody below equal ranks', async () => {
    const admin = await asStaff('country_admin', { country: 'DE' });
    const [theirs, others, peer] = [
      await asUser({ country: 'DE' }),
      await asUser({ country: 'FR' }),
      await asStaff('country_admin', { country: 'DE' }),
    ];
    expect((await admin.put(path(theirs.userId), to('AT'))).status).toBe(200);
    for (const { userId } of [theirs, others, peer])
      expect(await admin.put(path(userId), to('DE'))).toMatchObject({
        status: 403,
        error: { code: 'STAFF_OUT_OF_REACH' },
      });
  });

  it('knows no user who is not there, no country that is none, and wants a reason', async () => {
    const [admin, user] = [await asStaff('owner'), await asViewer()];
    expect(await admin.put(path('nobody'), to('DE'))).toMatchObject({
      status: 404,
      error: { code: 'STAFF_USER_NOT_FOUND' },
    });
    for (const body of [
      to('XX'),
      to('de'),
      { country: 'DE' },
      { country: 'DE', reason: ' ' },
      { ...to('DE'), more: 1 },
    ])
      expect((await admin.put(path(user.userId), body)).status).toBe(422);
  });
});
