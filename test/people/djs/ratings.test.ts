import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { listened } from '#test/support/listeners';
import { sweepOut } from '#test/support/queues';
import { asCreator, asDj, asUser, asViewer, type Person } from '#test/support/users';
import { sweepListeners } from '@/domains/live/rooms/listeners';
import { eraseAccounts } from '@/domains/operations/privacy/erase';
import { newId } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';

const guest = client();
const pathOf = ({ userId }: { userId: string }) => `dj/profile/${userId}/rating`;
const rate = (person: Pick<Person, 'put'>, dj: { userId: string }, rating: unknown) =>
  person.put(pathOf(dj), { rating });
const scoreOf = async ({ userId }: { userId: string }) => {
  const { rating, ratingCount } = (await guest.get(`dj/profile/${userId}`)).data;
  return { rating, ratingCount };
};

/** A DJ, and people who listened to them. */
async function aSet(people: number) {
  const dj = await asDj();
  const listeners = await Promise.all(Array.from({ length: people }, () => asViewer()));
  await listened(dj, listeners);
  return { dj, listeners };
}

describe('a rating', () => {
  it('is one per listener, can be changed, and is taken back', async () => {
    const { dj, listeners } = await aSet(3);
    const [one, two, three] = listeners as [Person, Person, Person];
    expect(await rate(one, dj, 5)).toMatchObject({
      status: 200,
      data: { rating: 5, ratingCount: 1, yourRating: 5 },
    });
    await rate(two, dj, 4);
    expect((await rate(three, dj, 4)).data).toEqual({ rating: 4.33, ratingCount: 3, yourRating: 4 });
    expect((await rate(one, dj, 2)).data).toEqual({ rating: 3.33, ratingCount: 3, yourRating: 2 });
    expect((await one.get(`dj/profile/${dj.userId}`)).data).toMatchObject({ rating: 3.33, yourRating: 2 });
    for (let times = 0; times < 2; times += 1)
      expect((await one.delete(pathOf(dj))).data).toEqual({ rating: 4, ratingCount: 2, yourRating: null });
    await two.delete(pathOf(dj));
    await three.delete(pathOf(dj));
    expect(await scoreOf(dj)).toEqual({ rating: null, ratingCount: 0 });
  });

  it('stays exact if many rate, change their mind and take it back at once', async () => {
    const { dj, listeners } = await aSet(8);
    await Promise.all(
      listeners.flatMap((person, index) => [
        rate(person, dj, 1),
        rate(person, dj, 5),
        ...(index % 2 === 0 ? [person.delete(pathOf(dj))] : []),
      ]),
    );
    const { results } = await env.DB.prepare('SELECT rating FROM dj_ratings WHERE dj_id = ?')
      .bind(dj.userId)
      .all<{ rating: number }>();
    const sum = results.reduce((total, { rating }) => total + rating, 0);
    expect(
      await env.DB.prepare('SELECT rating_sum, rating_count FROM dj_profiles WHERE user_id = ?')
        .bind(dj.userId)
        .first(),
    ).toEqual({
      rating_sum: sum,
      rating_count: results.length,
    });
  });

  it('keeps what the DJ wrote, whichever came first', async () => {
    const { dj, listeners } = await aSet(2);
    await rate(listeners[0] as Person, dj, 3);
    await dj.put('dj/profile', { stageName: 'Zoë' });
    await rate(listeners[1] as Person, dj, 4);
    expect((await guest.get(`dj/profile/${dj.userId}`)).data).toMatchObject({
      ...{ stageName: 'Zoë', rating: 3.5, ratingCount: 2 },
    });
  });

  it.each([0, 6, 4.5, '5', null, true])('of %j is refused', async (rating) => {
    const { dj, listeners } = await aSet(1);
    expect(await rate(listeners[0] as Person, dj, rating)).toMatchObject({
      status: 422,
      error: { code: 'VALIDATION_FAILED' },
    });
  });
});

describe('a rating is refused', () => {
  it('to those who did not listen, with what they can do', async () => {
    const [dj, other, viewer] = [await asDj(), await asDj(), await asViewer()];
    await listened(other, [viewer]);
    const { status, error } = await rate(viewer, dj, 5);
    expect([status, error.code]).toEqual([403, 'LISTEN_FIRST']);
    expect(error.message).toContain('minute');
    expect(await scoreOf(dj)).toEqual({ rating: null, ratingCount: 0 });
  });

  it('to guests, and to users who are not verified', async () => {
    const dj = await asDj();
    const unverified = await asUser({ verified: false });
    await listened(dj, [unverified]);
    expect((await rate(guest, dj, 5)).status).toBe(401);
    expect((await guest.delete(pathOf(dj))).status).toBe(401);
    expect((await rate(unverified, dj, 5)).error.code).toBe('EMAIL_NOT_VERIFIED');
  });

  it('to the DJ', async () => {
    const dj = await asDj();
    await listened(dj, [dj]);
    expect(await rate(dj, dj, 5)).toMatchObject({ status: 422, error: { code: 'NOT_YOURSELF' } });
  });

  it('across a block, where it can still be taken back', async () => {
    const { dj, listeners } = await aSet(2);
    const [one, two] = listeners as [Person, Person];
    await rate(one, dj, 1);
    for (const person of [one, two]) await dj.post(`social/block/${person.userId}`);
    for (const person of [one, two])
      expect(await rate(person, dj, 2)).toMatchObject({ status: 404, error: { code: 'DJ_NOT_FOUND' } });
    expect(await scoreOf(dj)).toEqual({ rating: 1, ratingCount: 1 });
    expect((await two.delete(pathOf(dj))).status).toBe(404);
    expect((await one.delete(pathOf(dj))).data).toEqual({ rating: null, ratingCount: 0, yourRating: null });
  });

  it('of somebody who is no DJ', async () => {
    const [creator, viewer] = [await asCreator(), await asViewer()];
    await listened(creator, [viewer]);
    for (const person of [creator, { userId: newId() }]) {
      expect(await rate(viewer, person, 5)).toMatchObject({ status: 404, error: { code: 'DJ_NOT_FOUND' } });
      expect((await viewer.delete(pathOf(person))).status).toBe(404);
    }
  });

  it('in a country where the DJ is hidden', async () => {
    const { dj, listeners } = await aSet(1);
    await env.DB.prepare('INSERT INTO blocked_regions (creator_id, region) VALUES (?, ?)').bind(dj.userId, 'DE').run();
    const there = client({ ...(listeners[0] as Person).headers, 'x-dev-country': 'DE' });
    expect(await rate(there, dj, 5)).toMatchObject({ status: 404, error: { code: 'DJ_NOT_FOUND' } });
    expect((await there.delete(pathOf(dj))).status).toBe(404);
  });
});

describe('who listened', () => {
  const rowsOf = async (userId: string) =>
    (await env.DB.prepare('SELECT count(*) AS rows FROM stream_listeners WHERE user_id = ?').bind(userId).first())
      ?.rows;

  it('is known for a year, and whoever rated can change it after that', async () => {
    const [dj, early, late] = [await asDj(), await asViewer(), await asViewer()];
    const ago = (days: number) => ({ endedAt: Date.now() - days * DAY_MS });
    await listened(dj, [early], ago(366));
    await listened(dj, [late], ago(364));
    await rate(early, dj, 4);
    await sweepOut(sweepListeners, testContext());
    expect([await rowsOf(early.userId), await rowsOf(late.userId)]).toEqual([0, 1]);
    expect((await rate(early, dj, 3)).status).toBe(200);
    await early.delete(pathOf(dj));
    expect((await rate(early, dj, 3)).error.code).toBe('LISTEN_FIRST');
    expect((await rate(late, dj, 3)).status).toBe(200);
  });

  it('is in the export with the rating, and both go with the account', async () => {
    const { dj, listeners } = await aSet(2);
    const [leaving, staying] = listeners as [Person, Person];
    await rate(leaving, dj, 1);
    await rate(staying, dj, 4);
    const { data } = await leaving.get('user/export');
    expect(data.djRatings).toMatchObject([{ djId: dj.userId, rating: 1 }]);
    expect(data.streamsListenedTo).toMatchObject([{ creatorId: dj.userId, seconds: 60 }]);
    await env.DB.prepare('UPDATE users SET deletes_at = 1 WHERE id = ?').bind(leaving.userId).run();
    await sweepOut(eraseAccounts, testContext());
    expect(await rowsOf(leaving.userId)).toBe(0);
    expect(await scoreOf(dj)).toEqual({ rating: 4, ratingCount: 1 });
  });

  it('is forgotten as a DJ too: profile and ratings go with the account', async () => {
    const { dj, listeners } = await aSet(1);
    await rate(listeners[0] as Person, dj, 1);
    await dj.put('dj/profile', { stageName: 'Zoë', genres: ['House'] });
    const { data } = await dj.get('user/export');
    expect(data.profile).toMatchObject([{ stageName: 'Zoë' }]);
    expect(data.djProfile).toMatchObject([{ genres: ['House'], ratingCount: 1 }]);
    await env.DB.prepare('UPDATE users SET deletes_at = 1 WHERE id = ?').bind(dj.userId).run();
    await sweepOut(eraseAccounts, testContext());
    const left = await env.DB.prepare(
      'SELECT (SELECT count(*) FROM dj_profiles WHERE user_id = ?1) + (SELECT count(*) FROM dj_ratings WHERE dj_id = ?1) AS rows',
    )
      .bind(dj.userId)
      .first();
    expect(left).toEqual({ rows: 0 });
  });

  it('may rate while banned users’ ratings stay', async () => {
    const { dj, listeners } = await aSet(1);
    await rate(listeners[0] as Person, dj, 2);
    await env.DB.prepare("UPDATE users SET status = 'banned' WHERE id = ?")
      .bind((listeners[0] as Person).userId)
      .run();
    expect(await scoreOf(dj)).toEqual({ rating: 2, ratingCount: 1 });
  });
});
