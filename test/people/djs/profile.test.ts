import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { giveDiamonds } from '#test/support/money';
import { asCreator, asDj, asStaff, asUser, asViewer, type Person } from '#test/support/users';
import { newId } from '@/shared/ids';

const guest = client();
const page = (reader: Pick<Person, 'get'>, { userId }: { userId: string }) => reader.get(`dj/profile/${userId}`);
const set = (column: string, value: unknown, { userId }: Person) =>
  env.DB.prepare(`UPDATE users SET ${column} = ? WHERE id = ?`).bind(value, userId).run();

describe('the profile of a DJ', () => {
  it('exists from the approval on, with what the account has', async () => {
    const dj = await asDj();
    await dj.put('user/profile', { displayName: 'Ada', bio: 'Records since 1979' });
    const { status, data } = await page(guest, dj);
    expect(status).toBe(200);
    expect(data).toEqual({
      id: dj.userId,
      userId: dj.userId,
      stageName: 'Ada',
      bio: 'Records since 1979',
      genres: [],
      avatarUrl: null,
      rating: null,
      ratingCount: 0,
      yourRating: null,
      followers: 0,
    });
    await dj.put('creator/profile', { bio: 'On stage since 1999' });
    expect((await page(guest, dj)).data.bio).toBe('On stage since 1999');
  });

  it('keeps what a change does not send, and its id', async () => {
    const dj = await asDj();
    const first = await dj.put('dj/profile', { stageName: 'DJ Zoë 🎧', genres: ['House', 'house ', 'Drum  & Bass'] });
    expect(first).toMatchObject({ status: 200, data: { stageName: 'DJ Zoë 🎧', genres: ['House', 'Drum & Bass'] } });
    const second = await dj.put('dj/profile', { bio: 'Vinyl only' });
    expect(second.data).toEqual({ ...first.data, bio: 'Vinyl only' });
    expect((await dj.put('dj/profile', {})).data).toEqual(second.data);
    expect((await page(await asViewer(), dj)).data).toMatchObject({ id: dj.userId, stageName: 'DJ Zoë 🎧' });
    const back = await dj.put('dj/profile', { stageName: null, bio: null, genres: [] });
    expect(back.data).toMatchObject({ stageName: dj.username, bio: '', genres: [] });
  });

  it('can have an empty bio', async () => {
    const dj = await asDj();
    await dj.put('creator/profile', { bio: 'On stage since 1999' });
    expect((await dj.put('dj/profile', { bio: '' })).data.bio).toBe('');
  });

  it('counts followers, and shows the earnings to the DJ alone', async () => {
    const [dj, fan] = [await asDj(), await asViewer()];
    await fan.post(`social/follow/${dj.userId}`);
    await giveDiamonds(dj.userId, 12);
    expect((await page(dj, dj)).data).toMatchObject({ followers: 1, totalEarnings: 12 });
    for (const reader of [guest, fan, await asStaff('owner')])
      expect((await page(reader, dj)).data).not.toHaveProperty('totalEarnings');
  });

  it.each([
    ['an empty stage name', { stageName: '' }, 'stageName'],
    ['an invisible stage name', { stageName: '\u200b' }, 'stageName'],
    ['a stage name of two lines', { stageName: 'two\nlines' }, 'stageName'],
    ['a stage name of 51 characters', { stageName: 'x'.repeat(51) }, 'stageName'],
    ['a bio of 2,001 characters', { bio: 'x'.repeat(2_001) }, 'bio'],
    ['an empty genre', { genres: ['House', ''] }, 'genres.1'],
    ['a genre of 41 characters', { genres: ['x'.repeat(41)] }, 'genres.0'],
    ['eleven genres', { genres: Array.from({ length: 11 }, (_, index) => `Genre ${index}`) }, 'genres'],
    ['genres that are no list', { genres: 'House' }, 'genres'],
    ['no genres', { genres: null }, 'genres'],
    ['an avatar, which is the account’s', { avatarUrl: 'https://example.com/a.png' }, 'avatarUrl'],
    ['a rating', { rating: 5 }, 'rating'],
  ])('refuses %s', async (_, body, path) => {
    const { status, error } = await (await asDj()).put('dj/profile', body);
    expect(status).toBe(422);
    expect(error).toMatchObject({ code: 'VALIDATION_FAILED', details: [{ path }] });
  });

  it('is changed by approved DJs alone', async () => {
    expect((await guest.put('dj/profile', {})).status).toBe(401);
    expect((await (await asCreator()).put('dj/profile', {})).error.code).toBe('DJ_ONLY');
    const applicant = await asUser({ role: 'dj', creatorStatus: 'PENDING' });
    expect((await applicant.put('dj/profile', {})).error.code).toBe('CREATOR_APPROVAL_REQUIRED');
  });
});

describe('nobody finds the profile', () => {
  const NOT_FOUND = { status: 404, error: { code: 'DJ_NOT_FOUND' } };

  it('of somebody who is no approved DJ', async () => {
    const applicant = await asUser({ role: 'dj', creatorStatus: 'PENDING' });
    for (const person of [await asViewer(), await asCreator(), applicant, { userId: newId() }, { userId: 'nobody' }])
      expect(await page(guest, person)).toMatchObject(NOT_FOUND);
  });

  it('of a DJ who is banned, or whose approval is gone', async () => {
    const [banned, former] = [await asDj(), await asDj()];
    await set('status', 'banned', banned);
    await set('creator_status', 'REJECTED', former);
    for (const dj of [banned, former]) expect(await page(guest, dj)).toMatchObject(NOT_FOUND);
  });

  it('across a block, in either direction', async () => {
    const [dj, other] = [await asDj(), await asDj()];
    await dj.post(`social/block/${other.userId}`);
    expect(await page(other, dj)).toMatchObject(NOT_FOUND);
    expect(await page(dj, other)).toMatchObject(NOT_FOUND);
    expect((await page(guest, dj)).status).toBe(200);
  });

  it('that staff look at, but its owner does', async () => {
    const dj = await asDj();
    await set('hidden_at', Date.now(), dj);
    for (const reader of [guest, await asViewer()]) expect(await page(reader, dj)).toMatchObject(NOT_FOUND);
    expect((await page(dj, dj)).status).toBe(200);
  });
});

it('a DJ who is hidden in a country has no page there, like any user, and staff see them', async () => {
  const dj = await asDj();
  await env.DB.prepare('INSERT INTO blocked_regions (creator_id, region) VALUES (?, ?)').bind(dj.userId, 'DE').run();
  const inGermany = (person: Pick<Person, 'headers'>) => client({ ...person.headers, 'x-dev-country': 'DE' });
  expect(await page(inGermany(guest), dj)).toMatchObject({ status: 404, error: { code: 'DJ_NOT_FOUND' } });
  expect((await inGermany(guest).get(`users/${dj.userId}`)).status).toBe(404);
  expect((await page(inGermany(dj), dj)).status).toBe(200);
  expect((await page(inGermany(await asStaff('support')), dj)).status).toBe(200);
  expect((await page(guest, dj)).status).toBe(200);
});
