import { exports } from 'cloudflare:workers';
import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { aStream } from '#test/support/streams';
import { actorOf, asCreator, asStaff, asViewer, type Person } from '#test/support/users';
import type { Visibility } from '@/contracts/room-command';
import { banFromChannel } from '@/domains/live/channels/bans';
import { moderators } from '@/domains/live/channels/tables';
import { readPass } from '@/domains/live/rooms/pass';
import { block } from '@/domains/people/social/block';
import { followCreator } from '@/domains/people/social/follow';
import { newId } from '@/shared/ids';
import { MINUTE_MS } from '@/shared/time';
import { signToken } from '@/shared/tokens';

const guest = client();
const LIVEKIT_SECONDS = 120;

test('a viewer gets a pass in their name, the socket’s URL and a token that can only watch', async () => {
  const [creator, viewer] = [await asCreator(), await asViewer()];
  const id = await aStream(creator, { viewerCount: 3 });
  await followCreator(testContext(), actorOf(viewer), creator.userId);
  const { status, data } = await viewer.post(`stream/${id}/join`);
  expect(status).toBe(200);
  expect(data).toMatchObject({
    streamId: id,
    wsUrl: `ws://localhost:8787/api/v1/stream/${id}/ws?pass=${data.pass}`,
    viewer: { id: viewer.userId, kind: 'user' },
    viewerCount: 3,
    policy: { isChatEnabled: true, slowModeSeconds: 0, links: 'allow' },
  });
  expect(data).not.toHaveProperty('guestToken');
  expect(await readPass(testContext(), data.pass)).toMatchObject({
    roomId: id,
    viewer: {
      kind: 'user',
      id: viewer.userId,
      username: viewer.username,
      standing: { follower: true, creator: false },
    },
  });
  const claims = decodeJwt(data.media.token) as {
    sub: string;
    video: Record<string, unknown>;
    exp: number;
    nbf: number;
  };
  expect(claims.sub).toBe(`${viewer.userId}#0`);
  expect(claims.video).toMatchObject({ room: creator.channelId, canPublish: false, canPublishData: false });
  expect(claims.exp * 1_000 - Date.now()).toBeLessThanOrEqual(LIVEKIT_SECONDS * 1_000);
});

test('a guest gets an identity and keeps it', async () => {
  const id = await aStream(await asCreator());
  const first = (await guest.post(`stream/${id}/join`)).data;
  expect(first.viewer.kind).toBe('guest');
  expect(first.media.identity).toBe(`${first.viewer.id}#0`);
  const headers = { 'x-guest-token': first.guestToken };
  const second = (await guest.post(`stream/${id}/join`, undefined, { headers })).data;
  expect(second.viewer).toEqual(first.viewer);
  expect((await guest.post(`stream/${id}/join`)).data.viewer.id).not.toBe(first.viewer.id);
});

test('a guest whose token is forged, expired or broken is a new guest, on joining as everywhere', async () => {
  const id = await aStream(await asCreator());
  const { keys } = testContext().config;
  const known = newId();
  const broken = [
    await signToken(keys, 'pass', { sub: known }, 60, Date.now()),
    await signToken(keys, 'guest', { sub: known }, 60, Date.now() - 2 * MINUTE_MS),
    await signToken(keys, 'guest', {}, 60, Date.now()),
    ...['x.y.z', newId(), 'null', 'x'.repeat(20_000)],
  ];
  for (const token of broken) {
    const headers = { 'x-guest-token': token };
    const joined = await guest.post(`stream/${id}/join`, undefined, { headers });
    expect(joined.status).toBe(200);
    expect(joined.data.viewer.kind).toBe('guest');
    expect(joined.data.viewer.id).not.toBe(known);
    const renewed = { 'x-guest-token': joined.data.guestToken };
    const again = await guest.post(`stream/${id}/join`, undefined, { headers: renewed });
    expect(again.data.viewer).toEqual(joined.data.viewer);
    expect((await guest.get(`stream/${id}`, { headers })).status).toBe(200);
    expect((await guest.post(`stream/${id}/leave`, undefined, { headers })).status).toBe(200);
  }
});

test('a scheduled stream has a waiting room without video', async () => {
  const id = await aStream(await asCreator(), { status: 'scheduled' });
  const { status, data } = await guest.post(`stream/${id}/join`);
  expect(status).toBe(200);
  expect(data.media).toBeNull();
  expect((await guest.post('viewer/token', { streamId: id })).error.code).toBe('STREAM_NOT_LIVE');
});

/** Every way in has the same door. */
async function doors(who: Pick<Person, 'get' | 'post'>, id: string): Promise<string[]> {
  const answers = await Promise.all([
    who.post(`stream/${id}/join`),
    who.post('viewer/token', { streamId: id }),
    who.post(`sessions/${id}/token`),
  ]);
  return [...new Set(answers.map(({ status, error }) => (status === 200 ? 'open' : `${status} ${error.code}`)))];
}

test.each([
  ['ended', '409 STREAM_ENDED'],
  ['cancelled', '409 STREAM_CANCELLED'],
] as const)('nobody can enter an %s stream, not even its creator', async (status, refusal) => {
  const creator = await asCreator();
  const id = await aStream(creator, { status });
  expect(await doors(guest, id)).toEqual([refusal]);
  expect(await doors(creator, id)).toEqual([refusal]);
});

test('an unknown stream is 404 at every endpoint for entering', async () => {
  expect(await doors(guest, newId())).toEqual(['404 STREAM_NOT_FOUND']);
});

test.each<[Visibility, Record<string, string>]>([
  [
    'public',
    {
      guest: 'open',
      viewer: 'open',
      follower: 'open',
      moderator: 'open',
      support: 'open',
      staff: 'open',
      creator: 'open',
    },
  ],
  [
    'followers',
    {
      guest: '403 FOLLOWERS_ONLY',
      viewer: '403 FOLLOWERS_ONLY',
      follower: 'open',
      moderator: 'open',
      support: '403 FOLLOWERS_ONLY',
      staff: 'open',
      creator: 'open',
    },
  ],
  [
    'subscribers',
    {
      guest: '403 SUBSCRIBERS_ONLY',
      viewer: '403 SUBSCRIBERS_ONLY',
      follower: '403 SUBSCRIBERS_ONLY',
      moderator: 'open',
      support: '403 SUBSCRIBERS_ONLY',
      staff: 'open',
      creator: 'open',
    },
  ],
  [
    'private',
    {
      guest: '404 STREAM_NOT_FOUND',
      viewer: '404 STREAM_NOT_FOUND',
      follower: '404 STREAM_NOT_FOUND',
      moderator: '404 STREAM_NOT_FOUND',
      support: '404 STREAM_NOT_FOUND',
      staff: 'open',
      creator: 'open',
    },
  ],
])('who enters a stream that is %s', async (visibility, expected) => {
  const ctx = testContext();
  const creator = await asCreator();
  const people = {
    guest,
    viewer: await asViewer(),
    follower: await asViewer(),
    moderator: await asViewer(),
    support: await asStaff('support'),
    staff: await asStaff('admin_l1'),
    creator,
  };
  await followCreator(ctx, actorOf(people.follower), creator.userId);
  await ctx.db
    .insert(moderators)
    .values({ channelId: creator.channelId, userId: people.moderator.userId, createdAt: 1 });
  const id = await aStream(creator, { visibility });
  for (const [who, person] of Object.entries(people)) expect(await doors(person, id), who).toEqual([expected[who]]);
});

test('a user who is banned from the channel cannot enter its streams, and a blocked user cannot find them', async () => {
  const ctx = testContext();
  const [creator, banned, blocked] = [await asCreator(), await asViewer(), await asViewer()];
  const id = await aStream(creator);
  await banFromChannel(ctx, {
    channelId: creator.channelId,
    userId: banned.userId,
    bannedBy: creator.userId,
    reason: null,
  });
  await block(ctx, creator.userId, blocked.userId);
  expect(await doors(banned, id)).toEqual(['403 BANNED']);
  expect(await doors(blocked, id)).toEqual(['404 STREAM_NOT_FOUND']);
  expect((await banned.get(`stream/${id}`)).status).toBe(200);
});

test.each([
  ['followers', 'Only followers can watch this stream.'],
  ['subscribers', 'Only subscribers can watch this stream.'],
] as const)('a viewer who may not watch a stream for %s is told who can', async (visibility, sentence) => {
  const [id, viewer] = [await aStream(await asCreator(), { visibility }), await asViewer()];
  for (const path of [`stream/${id}/join`, `sessions/${id}/token`])
    expect((await viewer.post(path)).error.message).toBe(sentence);
});

test('a banned viewer is refused on joining, with the reason', async () => {
  const [creator, banned] = [await asCreator(), await asViewer()];
  const id = await aStream(creator);
  const by = { channelId: creator.channelId, bannedBy: creator.userId };
  await banFromChannel(testContext(), { ...by, userId: banned.userId, reason: 'Spam in every show' });
  expect((await banned.post(`stream/${id}/join`)).error).toEqual({
    code: 'BANNED',
    message: 'You are banned from this channel.',
    details: { reason: 'Spam in every show' },
  });
});

// --- Tokens for the video

test('a session’s token lets its creator publish', async () => {
  const creator = await asCreator();
  const id = await aStream(creator);
  const { data } = await creator.post(`sessions/${id}/token`);
  expect(data).toMatchObject({ streamId: id, role: 'publisher', identity: creator.userId });
  expect(decodeJwt(data.token).video).toMatchObject({ canPublish: true, room: creator.channelId });
});

test('a viewer’s token cannot publish, and a creator who watches does not disconnect their own encoder', async () => {
  const creator = await asCreator();
  const id = await aStream(creator);
  for (const answer of [
    await creator.post('viewer/token', { streamId: id }),
    await creator.post('viewer/token', { username: creator.username }),
    await creator.post(`stream/token/${creator.userId}`),
  ]) {
    expect(answer.data).toMatchObject({ streamId: id, role: 'subscriber' });
    expect(answer.data.identity).not.toBe(creator.userId);
    expect(decodeJwt(answer.data.token).video).toMatchObject({ canPublish: false, room: creator.channelId });
  }
});

test('a viewer gets a watch-only token by stream, host or username', async () => {
  const [creator, viewer] = [await asCreator(), await asViewer()];
  const id = await aStream(creator);
  for (const body of [{ streamId: id }, { hostId: creator.userId }, { username: creator.username }]) {
    const { data } = await viewer.post('viewer/token', body);
    expect(data).toMatchObject({ streamId: id, role: 'subscriber', viewer: { id: viewer.userId } });
    expect(decodeJwt(data.token).video).toMatchObject({ canPublish: false, canPublishData: false });
  }
  const byGuest = (await guest.post(`stream/token/${creator.userId}`)).data;
  expect(byGuest).toMatchObject({ role: 'subscriber', identity: `${byGuest.viewer.id}#0`, viewer: { kind: 'guest' } });
  expect(byGuest.guestToken).toBeTypeOf('string');
});

test.each([
  [{}, ''],
  [{ streamId: 'a', hostId: 'b' }, ''],
  [{ streamId: 7 }, 'streamId'],
  [{ room: 'x' }, 'room'],
])('a token request %j is refused with its path', async (body, path) => {
  const { status, error } = await guest.post('viewer/token', body);
  expect(status).toBe(422);
  expect(error.details).toContainEqual(expect.objectContaining({ path }));
});

test('malformed JSON is 400', async () => {
  const { status, error } = await guest.post('viewer/token', '{"streamId":', {
    headers: { 'content-type': 'application/json' },
  });
  expect({ status, code: error.code }).toEqual({ status: 400, code: 'MALFORMED_JSON' });
});

test('an ended session is refused instead of treated as a guest', async () => {
  const id = await aStream(await asCreator());
  expect((await client({ authorization: 'Bearer nobody' }).post(`stream/${id}/join`)).status).toBe(401);
});

// --- The socket's door

async function socketAnswer(
  path: string,
  headers: Record<string, string> = {},
): Promise<{ code: number; reason: string }> {
  const response = await exports.default.fetch(new URL(path, 'http://localhost:8787/api/v1/').href, {
    headers: { Upgrade: 'websocket', 'cf-connecting-ip': '10.1.2.3', ...headers },
  });
  expect(response.status).toBe(101);
  const { webSocket } = response;
  if (!webSocket) throw new Error('no socket');
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    webSocket.addEventListener('close', ({ code, reason }) => resolve({ code, reason })),
  );
  webSocket.accept();
  return closed;
}

const REFUSED = { code: 4401, reason: 'PASS_INVALID' };

test('a socket without a pass, or with a forged, foreign or expired one, is accepted and closed with 4401', async () => {
  const ctx = testContext();
  const [creator, viewer] = [await asCreator(), await asViewer()];
  const [id, other] = [await aStream(creator), await aStream(await asCreator())];
  const { pass } = (await viewer.post(`stream/${id}/join`)).data;
  const late = { ...ctx, now: () => ctx.now() - 2 * MINUTE_MS };
  const claims = { ...(await readPass(ctx, pass)) };
  const expired = await signToken(ctx.config.keys, 'pass', claims, 60, late.now());
  const ofAnotherKind = await signToken(ctx.config.keys, 'guest', claims, 60, ctx.now());
  const ofAnotherShape = await signToken(ctx.config.keys, 'pass', { roomId: id }, 60, ctx.now());
  expect(await socketAnswer(`stream/${id}/ws`)).toEqual({ code: 4401, reason: 'PASS_REQUIRED' });
  for (const bad of [`${pass}x`, 'nonsense', expired, ofAnotherKind, ofAnotherShape, viewer.accessToken])
    expect(await socketAnswer(`stream/${id}/ws?pass=${bad}`)).toEqual(REFUSED);
  expect(await socketAnswer(`stream/${other}/ws?pass=${pass}`)).toEqual(REFUSED);
});

test('a socket whose bearer token is bad is closed, not answered with a page', async () => {
  const id = await aStream(await asCreator());
  const answer = await socketAnswer(`stream/${id}/ws?pass=x`, { authorization: 'Bearer nonsense' });
  expect(answer).toEqual(expect.objectContaining({ code: 4401 }));
});

test('a request that is not an upgrade is told that this is a WebSocket endpoint', async () => {
  const id = await aStream(await asCreator());
  const { status, error } = await guest.get(`stream/${id}/ws?pass=x`);
  expect({ status, code: error.code }).toEqual({ status: 400, code: 'UPGRADE_REQUIRED' });
});

test('leaving succeeds for anyone, in a room or not', async () => {
  const [viewer, id] = [await asViewer(), await aStream(await asCreator())];
  expect((await viewer.post(`stream/${id}/leave`)).status).toBe(200);
  expect((await guest.post(`stream/${id}/leave`)).status).toBe(200);
  expect((await viewer.post(`stream/${newId()}/leave`)).error.code).toBe('STREAM_NOT_FOUND');
});
