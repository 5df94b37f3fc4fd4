import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { requestWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import { giveCoins, once } from '#test/support/money';
import { asPerformer, goAnonymous, stageNames } from '#test/support/performers';
import { aShow, whereSeen } from '#test/support/shows';
import { anOpenStream } from '#test/support/streams';
import { asCreator, asStaff, asViewer, type Person } from '#test/support/users';
import { users } from '@/domains/base/users/tables';
import { moderators } from '@/domains/live/channels/tables';
import { eraseAccounts } from '@/domains/operations/privacy/erase';

const URL_ = 'performer/privacy-settings';
const DEFAULTS = {
  blockedCountries: [],
  allowRecording: true,
  showViewerList: true,
  anonymousMode: false,
  unknownCountry: 'allow',
};

const guest = client();
const from = (region: string, { headers }: Pick<Person, 'headers'> = guest) =>
  client({ ...headers, 'x-dev-country': region });

describe('my privacy', () => {
  it('has the defaults until it is set, and keeps the fields that a request does not send', async () => {
    const performer = await asPerformer();
    const put = (body: unknown) => performer.put(URL_, body);
    expect(await put({})).toMatchObject({ status: 200, data: DEFAULTS });
    expect((await put({ blockedCountries: ['US-CA', 'DE', 'US-CA'] })).data).toEqual({
      ...DEFAULTS,
      blockedCountries: ['DE', 'US-CA'],
    });
    await performer.put('performer/profile', stageNames());
    expect((await put({ allowRecording: false, anonymousMode: true })).data).toEqual({
      blockedCountries: ['DE', 'US-CA'],
      allowRecording: false,
      showViewerList: true,
      anonymousMode: true,
      unknownCountry: 'allow',
    });
    expect((await put({ showViewerList: false, anonymousMode: false })).data).toMatchObject({
      allowRecording: false,
      showViewerList: false,
      anonymousMode: false,
    });
    const expected = { blockedCountries: ['FR', 'US-CA'], allowRecording: false, showViewerList: false };
    expect((await put({ blockedCountries: ['US-CA', 'FR'] })).data).toMatchObject(expected);
    expect((await put({ blockedCountries: [] })).data).toMatchObject({ ...expected, blockedCountries: [] });
  });

  it('has the same defaults in the table as without a row', async () => {
    const performer = await asPerformer();
    const insert = env.DB.prepare('INSERT INTO performer_privacy (user_id, updated_at) VALUES (?, 0)');
    await insert.bind(performer.userId).run();
    expect((await performer.put(URL_, {})).data).toEqual(DEFAULTS);
  });

  it('accepts the example in the API reference', async () => {
    const request = {
      blockedCountries: ['US-CA', 'US-TX'],
      allowRecording: false,
      showViewerList: false,
      anonymousMode: true,
      unknownCountry: 'deny',
    };
    const performer = await asPerformer();
    await performer.put('performer/profile', stageNames());
    expect((await performer.put(URL_, request)).data).toEqual(request);
    expect((await performer.get(URL_)).data).toEqual(request);
  });

  it('keeps one of two lists that are sent at once, never a mixture', async () => {
    const performer = await asPerformer();
    const lists = [
      ['AT', 'CH', 'DE'],
      ['FR', 'US-CA', 'US-TX'],
    ];
    await Promise.all(lists.map((blockedCountries) => performer.put(URL_, { blockedCountries })));
    expect(lists).toContainEqual((await performer.put(URL_, {})).data.blockedCountries);
  });

  it.each([
    [{ blockedCountries: ['de'] }, 'blockedCountries.0'],
    [{ blockedCountries: ['DE', 'XX'] }, 'blockedCountries.1'],
    [{ blockedCountries: ['US-CALIFORNIA'] }, 'blockedCountries.0'],
    [{ blockedCountries: ['US-ca'] }, 'blockedCountries.0'],
    [{ blockedCountries: [1] }, 'blockedCountries.0'],
    [{ blockedCountries: 'DE' }, 'blockedCountries'],
    [{ blockedCountries: null }, 'blockedCountries'],
    [{ anonymousMode: 'yes' }, 'anonymousMode'],
    [{ unknownCountry: 'maybe' }, 'unknownCountry'],
    [{ blockedCountries: ['ZZ'] }, 'blockedCountries.0'],
    [{ hidden: true }, 'hidden'],
  ])('is not changed by %j', async (body, path) => {
    const performer = await asPerformer();
    const { status, error } = await performer.put(URL_, body);
    expect([status, error.code]).toEqual([422, 'VALIDATION_FAILED']);
    expect(error.details).toEqual([expect.objectContaining({ path })]);
    expect((await performer.put(URL_, {})).data).toEqual(DEFAULTS);
  });

  it('refuses a list longer than the number of countries', async () => {
    const performer = await asPerformer();
    const { status, error } = await performer.put(URL_, { blockedCountries: Array.from({ length: 300 }, () => 'DE') });
    expect([status, error.code]).toEqual([422, 'VALIDATION_FAILED']);
  });

  it('is exported, and deleted with the account', async () => {
    const performer = await asPerformer();
    await goAnonymous(performer);
    await performer.put(URL_, { blockedCountries: ['DE'] });
    expect((await performer.get('user/export')).data).toMatchObject({
      blockedRegions: [{ region: 'DE' }],
      performerPrivacy: [{ anonymousMode: true }],
    });
    const ctx = testContext();
    await ctx.db.update(users).set({ deletesAt: 1 }).where(eq(users.id, performer.userId));
    await eraseAccounts(ctx);
    await ctx.settle();
    const left = env.DB.prepare(
      `SELECT (SELECT count(*) FROM blocked_regions WHERE creator_id = ?1)
         + (SELECT count(*) FROM performer_privacy WHERE user_id = ?1) AS count`,
    );
    expect(await left.bind(performer.userId).first('count')).toBe(0);
  });

  it('requires an approved performer', async () => {
    const code = async (person: Pick<Person, 'put'>) => {
      const { status, error } = await person.put(URL_, { blockedCountries: ['DE'] });
      return [status, error.code];
    };
    expect(await code(guest)).toEqual([401, 'UNAUTHENTICATED']);
    expect(await code(await asViewer())).toEqual([403, 'CREATOR_APPROVAL_REQUIRED']);
    expect(await code(await asCreator())).toEqual([403, 'PERFORMER_ONLY']);
    expect(await code(await asCreator({ role: 'dj' }))).toEqual([403, 'PERFORMER_ONLY']);
    expect(await code(await asStaff('owner'))).toEqual([403, 'CREATOR_APPROVAL_REQUIRED']);
  });
});

describe('from a blocked country', () => {
  it('no endpoint shows the performer', async () => {
    const show = await aShow('performer');
    const reader = await asViewer();
    await reader.post(`social/follow/${show.creator.userId}`);
    const seen = await whereSeen(reader, show);
    expect(seen.length).toBeGreaterThan(15);
    await show.creator.put(URL_, { blockedCountries: ['US-CA'] });
    expect(await whereSeen(from('US-CA', reader), show)).toEqual([]);
    expect(await whereSeen(from('US-CA'), show)).toEqual([]);
    expect(await whereSeen(from('US-TX', reader), show)).toEqual(seen);
    await show.creator.put(URL_, { blockedCountries: [] });
    expect(await whereSeen(from('US-CA', reader), show)).toEqual(seen);
  });

  it('nobody can enter, and a named stream is refused with the reason', async () => {
    const { creator, streamId } = await aShow('performer');
    await creator.put(URL_, { blockedCountries: ['DE'] });
    const reads = [
      `stream/${streamId}`,
      `stream/${creator.username}`,
      `viewer/stream/${creator.username}`,
      `sessions/${streamId}`,
      `stream/${streamId}/viewers`,
      `stream/chat/${streamId}`,
      `sessions/${streamId}/chat`,
    ];
    const entries: [string, unknown?][] = [
      [`stream/${streamId}/join`],
      [`stream/${creator.username}/join`],
      ['viewer/token', { streamId }],
      ['viewer/token', { username: creator.username }],
      [`stream/token/${creator.userId}`],
      [`sessions/${streamId}/token`],
    ];
    const says: [string, unknown][] = [
      ['stream/chat/message', { streamId, text: 'Hello' }],
      [`sessions/${streamId}/chat`, { text: 'Hello' }],
    ];
    const answersOf = async (who: Pick<Person, 'get' | 'post'>, posts: [string, unknown?][]) => {
      const answers = [];
      for (const path of reads) answers.push([path, await who.get(path)] as const);
      for (const [path, body] of posts) answers.push([path, await who.post(path, body)] as const);
      return answers.map(([path, { status, error }]) => [path, status, error?.code]);
    };
    const viewer = await asViewer();
    const refused = (posts: [string, unknown?][]) =>
      [...reads, ...posts.map(([path]) => path)].map((path) => [path, 451, 'NOT_IN_YOUR_COUNTRY']);
    expect(await answersOf(from('DE'), entries)).toEqual(refused(entries));
    expect(await answersOf(from('DE-BY', viewer), [...entries, ...says])).toEqual(refused([...entries, ...says]));
    for (const who of [from('DE', creator), from('DE', await asStaff('support')), from('AT', viewer), viewer]) {
      const statuses = (await answersOf(who, entries)).map(([, status]) => status);
      expect(statuses).toEqual(statuses.map(() => 200));
    }
  });

  it('nobody can gift, subscribe, follow, like or comment, but followers can unfollow', async () => {
    const { creator, streamId, names } = await aShow('performer');
    const viewer = await asViewer();
    await giveCoins(viewer.userId, 10_000);
    await viewer.post(`social/follow/${creator.userId}`);
    const { tiers } = (await viewer.get(`payment/tiers/${creator.userId}`)).data;
    await creator.put(URL_, { blockedCountries: ['DE'] });
    const doors: [string, unknown?, true?][] = [
      ['payment/tip', { coins: 100, recipientId: creator.userId }, true],
      ['payment/tip', { coins: 100, streamId, message: 'Hello' }, true],
      ['payment/subscribe', { creatorId: creator.userId, tierId: tiers[0].id }, true],
      [`social/follow/${creator.userId}`],
      [`content/posts/${names.postId}/like`, { liked: true }],
      ['content/comments', { postId: names.postId, text: 'Hello' }],
    ];
    const abroad = from('DE', viewer);
    for (const [path, body, money] of doors) {
      const { status, error } = await abroad.post(path, body, money ? once() : {});
      expect([path, status, error?.code]).toEqual([path, 404, expect.stringMatching(/_NOT_FOUND$/)]);
    }
    expect(await abroad.delete(`social/follow/${creator.userId}`)).toMatchObject({
      status: 200,
      data: { following: false, followerCount: 0 },
    });
    for (const [path, body, money] of doors)
      expect((await viewer.post(path, body, money ? once() : {})).status).toBeLessThan(300);
  });

  it('viewers who are in can leave, and delete what they wrote', async () => {
    const creator = await asPerformer();
    const streamId = await anOpenStream(creator);
    const viewer = await asViewer();
    const { data } = await viewer.post(`sessions/${streamId}/chat`, { text: 'Hello' });
    const other = (await creator.post(`sessions/${streamId}/chat`, { text: 'Welcome' })).data;
    await creator.put(URL_, { blockedCountries: ['DE'] });
    const abroad = from('DE', viewer);
    expect((await abroad.delete(`sessions/${streamId}/chat/${other.id}`)).error.code).toBe('NOT_ALLOWED');
    expect((await abroad.delete(`sessions/${streamId}/chat/${data.id}`)).status).toBe(200);
    for (const who of [abroad, from('DE')]) expect((await who.post(`stream/${streamId}/leave`)).status).toBe(200);
    expect((await abroad.post(`sessions/${streamId}/chat`, { text: 'Again' })).status).toBe(451);
  });

  it('moderators can still moderate but cannot enter', async () => {
    const [creator, moderator, target] = [await asPerformer(), await asViewer(), await asViewer()];
    const streamId = await anOpenStream(creator);
    const { channelId } = creator;
    await testContext().db.insert(moderators).values({ channelId, userId: moderator.userId, createdAt: 1 });
    const { data } = await target.post(`sessions/${streamId}/chat`, { text: 'Spam' });
    await creator.put(URL_, { blockedCountries: ['DE'] });
    const abroad = from('DE', moderator);
    const path = `stream/${streamId}/moderation`;
    expect((await abroad.delete(`sessions/${streamId}/chat/${data.id}`)).status).toBe(200);
    expect((await abroad.post(path, { action: 'timeout', userId: target.userId })).status).toBe(200);
    expect((await abroad.get(path)).data.timeouts).toMatchObject([{ user: { id: target.userId } }]);
    expect((await abroad.post(`stream/${streamId}/join`)).status).toBe(451);
    expect((await from('DE', target).get(path)).error.code).toBe('NOT_MODERATOR');
  });

  it('means the country that the platform reports, not one that the reader sends', async () => {
    const { creator, streamId } = await aShow('performer');
    await creator.put(URL_, { blockedCountries: ['DE'] });
    const ask = async (cf: Record<string, string>) => {
      const url = `http://localhost:8787/api/v1/stream/${streamId}`;
      return (await requestWith({}, new Request(url, { cf }))).status;
    };
    expect(await ask({ country: 'DE', regionCode: 'BE' })).toBe(451);
    expect(await ask({ country: 'FR' })).toBe(200);
    expect(await ask({ country: 'T1' })).toBe(200);
    await creator.put(URL_, { unknownCountry: 'deny' });
    expect(await ask({ country: 'T1' })).toBe(451);
    expect(await ask({})).toBe(451);
    expect(await ask({ country: 'FR' })).toBe(200);
  });

  it('no cache returns what a reader elsewhere received', async () => {
    const creator = await asPerformer();
    const streamId = await anOpenStream(creator);
    const cacheOf = async () => (await guest.get(`stream/chat/${streamId}`)).headers.get('cache-control');
    expect(await cacheOf()).toMatch(/^public,/);
    await creator.put(URL_, { blockedCountries: ['DE'] });
    expect(await cacheOf()).toMatch(/^private,/);
    expect((await from('DE').get(`stream/chat/${streamId}`)).status).toBe(451);
  });
});
