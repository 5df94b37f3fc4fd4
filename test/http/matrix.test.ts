/**
 * Every endpoint as everybody: nobody, a guest, each role, each rank, a stranger to the thing named in the path.
 * It reads the declarations and the contract, so an endpoint with a forgotten or wrong guard fails here unasked.
 */

import { beforeEach, describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { contractRows } from '#test/support/contract';
import { standInForLiveKit } from '#test/support/livekit';
import { asCreator, asUser, type Person } from '#test/support/users';
import { endpoints as apiEndpoints, describeApi } from '@/app';
import { staffCan } from '@/domains/base/permissions/permissions';
import { roomError } from '@/domains/live/rooms/errors';
import { signGuestToken } from '@/domains/live/rooms/pass';
import { streams } from '@/domains/live/streams/tables';
import { healthEndpoints } from '@/domains/operations/platform/routes';
import type { Endpoint, Who } from '@/http/endpoint';
import { RANKS, ROLES } from '@/shared/actor';
import { newId } from '@/shared/ids';

const all: readonly Endpoint[] = [...apiEndpoints, ...healthEndpoints];
const nameOf = ({ method, path }: { method: string; path: string }) => `${method.toUpperCase()} ${path}`;
const isSecured = ({ who }: Endpoint) => who !== 'public' && who !== 'optional' && who !== 'signed';
/** Made once: it takes a quarter of a second. */
const document = describeApi();

/** What the reference says about a response, on the page itself or shared with other pages. */
function describedAs(path: string, method: Endpoint['method'], status: number): string {
  const page = document.paths?.[path]?.[method] as { responses: Record<string, Described> } | undefined;
  const own = page?.responses[status];
  const shared = document.components?.responses as Record<string, Described>;
  return (own?.$ref === undefined ? own : shared[own.$ref.replace('#/components/responses/', '')])?.description ?? '';
}
interface Described {
  readonly $ref?: string;
  readonly description?: string;
}
const secured = all.filter(isSecured).map((endpoint) => [nameOf(endpoint), endpoint] as const);

beforeEach(() => {
  standInForLiveKit(); // whoever is let in may get as far as LiveKit
});

/** What the guard says; any other refusal is the endpoint's own, after it let the caller in. */
const GUARD_CODES = [
  'UNAUTHENTICATED',
  'CREATOR_APPROVAL_REQUIRED',
  'DJ_ONLY',
  'PERFORMER_ONLY',
  'GUIDE_APPROVAL_REQUIRED',
  'STAFF_ONLY',
  'TOTP_SETUP_REQUIRED',
  'PERMISSION_REQUIRED',
];

type Caller = Pick<Person, 'call'>;

async function callAs(
  caller: Caller,
  { method, path, body, upload, movesMoney }: Endpoint,
  names: Record<string, string> = {},
) {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => names[name] ?? newId());
  const url = healthEndpoints.some((one) => one.path === path) ? filled : filled.slice(1);
  const sample = SAMPLES[nameOf({ method, path })];
  return caller.call(method.toUpperCase(), url, {
    ...(body ? { body: sample ? sample(names) : {} } : upload ? { body: new FormData() } : {}),
    ...(movesMoney ? { headers: { 'idempotency-key': newId() } } : {}),
  });
}

/** Bodies that get past the schema, for endpoints whose stranger must be refused for being one. */
const SAMPLES: Readonly<Record<string, (names: Record<string, string>) => unknown>> = {
  'PUT /sessions/{id}': () => ({ title: 'Taken over' }),
  'POST /support/faqs/{id}/vote': () => ({ helpful: true }),
  'POST /stream/{id}/moderation': ({ userId }) => ({ action: 'kick', userId }),
  'POST /stream/{id}/held/{messageId}': () => ({ action: 'allow' }),
  'POST /sessions/{id}/chat': () => ({ text: 'Hello' }),
  'POST /stream/{id}/polls': () => ({ question: 'Who?', options: ['One', 'Two'], seconds: 60 }),
  'POST /stream/{id}/polls/{pollId}/vote': () => ({ option: 0 }),
  'PUT /stream/{id}/pin': () => ({ text: 'Hello' }),
  'POST /stream/{id}/unban-requests': () => ({ text: 'I am sorry' }),
  'PUT /stream/{id}/unban-requests/{requestId}': () => ({ accept: true }),
  'POST /support/tickets/{id}/reply': () => ({ text: 'Hello' }),
  'POST /cinema/rooms/{roomId}/start': () => ({ videoUrl: 'https://films.example/a.mp4', title: 'A film' }),
  'POST /cinema/rooms/{roomId}/sync': () => ({ positionMs: 0, isPlaying: true }),
  'PUT /support/tickets/{id}/rating': () => ({ rating: 1 }),
  'POST /rooms/{id}/invite': ({ userId }) => ({ userId }),
  'PUT /rooms/{id}/host': ({ userId }) => ({ userId }),
  'POST /rooms/{id}/stage': () => ({ action: 'request' }),
  'POST /rooms/{id}/stage/{userId}': () => ({ action: 'mute' }),
  'POST /media/uploads/{uploadId}/complete': () => ({ parts: [{ partNumber: 1, etag: 'a' }] }),
  'PUT /dj/profile/{id}/rating': () => ({ rating: 5 }),
  'PUT /dj/track/{id}': () => ({ title: 'Taken over' }),
  'PUT /sessions/{id}/setlist/{entryId}': () => ({ hidden: true }),
  'POST /sessions/{id}/products': () => ({ products: [{ productId: newId() }] }),
  'PUT /sessions/{id}/showcase': () => ({ productId: newId() }),
  'POST /products/{id}/checkout': () => ({
    ...{ quantity: 1, expectedPriceMinor: 100 },
    ...{ successUrl: 'http://localhost:5173/', cancelUrl: 'http://localhost:5173/' },
  }),
  'POST /orders/{id}/refund': () => ({ amountMinor: 1, restock: false, reason: 'Mine' }),
  'POST /orders/{id}/problem': () => ({ kind: 'other', text: 'Mine' }),
  'PUT /orders/{id}/problem': () => ({ text: 'Mine' }),
  'POST /products/{id}/click': ({ streamId }) => ({ sessionId: streamId }),
};

/** What an issue asks for where the contract has no row: who may. */
const BEYOND_CONTRACT: Readonly<Record<string, string>> = {
  'POST /auth/verify-email/{token}': 'public',
  'POST /auth/verify-email/{token}/reject': 'public',
  'GET /auth/reset-password': 'public',
  'POST /media/uploads/{uploadId}/complete': 'user',
  'DELETE /media/uploads/{uploadId}': 'user',
  'PUT /sessions/{id}/setlist/{entryId}': 'user',
};

describe('the contract', () => {
  const rowOf = new Map(contractRows.map((row) => [`${row.method.toUpperCase()} ${row.path}`, row]));

  it.each(all.map((endpoint) => [nameOf(endpoint), endpoint] as const))('has %s, for whom it says', (name, { who }) => {
    const words = typeof who === 'object' ? `staff:${who.permission}` : who;
    // Who is signed in may see more of what is public: a creator their own private stream.
    const stated = rowOf.get(name)?.who ?? BEYOND_CONTRACT[name];
    // The room itself says who its host is, so the guard only asks for an account.
    const allowed = { public: ['public', 'optional'], host: ['user'] }[stated ?? ''] ?? [stated];
    expect(allowed).toContain(words);
  });

  it('is declared in full for the domains that are built', () => {
    const BUILT = ['auth', 'creator', 'stream', 'social', 'content', 'health', 'docs', 'chat', 'ease'];
    const declared = new Set(all.map(nameOf));
    const missing = contractRows.filter((row) => BUILT.includes(row.domain) && !declared.has(nameOf(row)));
    expect(missing.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  });
});

describe('the reference', () => {
  // Where endpoints name a parameter of one path differently, the document has one name.
  const shapeOf = (path: string) => path.replaceAll(/\{\w+\}/g, '{}');
  const pages = new Map(Object.entries(document.paths ?? {}).map(([path, page]) => [shapeOf(path), page]));

  it.each(all.map((endpoint) => [nameOf(endpoint), endpoint] as const))('describes %s', (_, endpoint) => {
    expect(endpoint.summary).toMatch(/^[A-Z][^\n]{2,98}[^.\n]$/);
    expect(endpoint.tag).toMatch(/^[a-z]+$/);
    const page = pages.get(shapeOf(endpoint.path)) as Record<string, unknown> | undefined;
    const operation = page?.[endpoint.method];
    expect(operation).toMatchObject({
      summary: endpoint.summary,
      tags: [endpoint.tag],
      responses: {
        [endpoint.status ?? 200]: { content: expect.anything() },
        // Nothing counts what providers send.
        ...(endpoint.who === 'signed' ? {} : { 429: expect.anything() }),
      },
      security: isSecured(endpoint) ? [{ bearer: [] }] : expect.anything(),
    });
  });
});

describe('an operation', () => {
  it('has an id of a verb and a noun, which no other has', () => {
    const ids = all.map(({ operationId }) => operationId);
    expect(ids.filter((id) => !/^[a-z]+([A-Z][a-z0-9]*)*$/.test(id))).toEqual([]);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('at an alias is described on a page of its own', () => {
    expect(document.paths?.['/viewer/live']?.get).toMatchObject({
      operationId: 'listLiveStreamsAtViewerLive',
      tags: ['viewer'],
      description: expect.stringContaining('The same as `GET /stream/live`.'),
    });
  });

  it('describes its refusals by status, with code and sentence', () => {
    const sentences = (status: number) => describedAs('/stream/{id}/join', 'post', status);
    const { BANNED, STREAM_NOT_FOUND } = roomError;
    expect(sentences(403)).toContain(`- \`BANNED\`: ${BANNED.sentence}`);
    expect(sentences(404)).toBe(`- \`STREAM_NOT_FOUND\`: ${STREAM_NOT_FOUND.sentence}`);
    expect(sentences(401)).toContain('TOKEN_INVALID');
  });
});

describe('a named shape', () => {
  it('is not nullable itself because of who may leave it out', () => {
    const shapes = Object.entries(document.components?.schemas ?? {});
    expect(shapes.filter(([, shape]) => 'type' in shape && shape.type?.includes('null'))).toEqual([]);
  });
});

describe('without an account', () => {
  it.each(secured)('%s is 401', async (_, endpoint) => {
    const answer = await callAs(client(), endpoint);
    expect([answer.status, answer.error.code]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it.each(secured)('%s is 401 for a guest and for a forged token', async (_, endpoint) => {
    const guestToken = await signGuestToken(testContext(), newId());
    const guest = await callAs(client({ 'x-guest-token': guestToken }), endpoint);
    expect([guest.status, guest.error.code]).toEqual([401, 'UNAUTHENTICATED']);
    for (const token of ['not-a-session', 'a.b.c', guestToken]) {
      const forged = await callAs(client({ authorization: `Bearer ${token}` }), endpoint);
      expect(forged.status).toBe(401);
    }
  });
});

type Traits = NonNullable<Parameters<typeof asUser>[0]>;

/** Everybody whom the permission table tells apart. */
const PEOPLE: Readonly<Record<string, Traits>> = {
  ...Object.fromEntries(ROLES.map((role) => [`a ${role} who is not approved`, { role }])),
  'a creator whose application is pending': { role: 'creator', creatorStatus: 'PENDING' },
  'a rejected creator': { role: 'creator', creatorStatus: 'REJECTED' },
  'an approved guide': { guideStatus: 'APPROVED' },
  'a suspended guide': { guideStatus: 'SUSPENDED' },
  ...Object.fromEntries(ROLES.slice(1).map((role) => [`an approved ${role}`, { role, creatorStatus: 'APPROVED' }])),
  ...Object.fromEntries(RANKS.map((rank) => [`staff of rank ${rank}`, { rank, country: 'DE' }])),
};

/** What the guard has to say to them, by the contract; nothing if it lets them in. */
function refusalFor(
  who: Who,
  { rank, role, creatorStatus, guideStatus, granted = [], denied = [], twoFactor }: Traits,
): string | undefined {
  if (rank && twoFactor === false && (typeof who === 'object' || who === 'staff')) return 'TOTP_SETUP_REQUIRED';
  if (typeof who === 'object') {
    const staff = rank ? { rank, granted, denied, country: null } : null;
    return staffCan(staff, who.permission) ? undefined : 'PERMISSION_REQUIRED';
  }
  if (who === 'guide') return guideStatus === 'APPROVED' ? undefined : 'GUIDE_APPROVAL_REQUIRED';
  if (who === 'staff') return rank ? undefined : 'STAFF_ONLY';
  const isOfCreators = who === 'creator' || who === 'dj' || who === 'performer';
  if (isOfCreators && creatorStatus !== 'APPROVED') return 'CREATOR_APPROVAL_REQUIRED';
  if (who === 'dj' && role !== 'dj') return 'DJ_ONLY';
  if (who === 'performer' && role !== 'performer') return 'PERFORMER_ONLY';
  return undefined;
}

/** After these the caller is nobody. */
const SIGNS_OUT = ['POST /auth/sign-out', 'POST /auth/logout'];

async function expectAsTold(endpoint: Endpoint, traits: Traits, known = new Map<string, Person>()) {
  const person = known.get('person') ?? (await asUser(traits));
  if (!SIGNS_OUT.includes(nameOf(endpoint))) known.set('person', person);
  else known.delete('person');
  const answer = await callAs(person, endpoint);
  const refusal = refusalFor(endpoint.who, traits);
  if (refusal) {
    expect([answer.status, answer.error?.code]).toEqual([403, refusal]);
  } else {
    expect(GUARD_CODES).not.toContain(answer.error?.code);
    expect([401, 500]).not.toContain(answer.status);
  }
}

describe.each(Object.entries(PEOPLE))('%s', (_, traits) => {
  const known = new Map<string, Person>();
  it.each(secured)('may call %s or not, as the contract says', (_name, endpoint) =>
    expectAsTold(endpoint, traits, known),
  );
});

describe.each(RANKS)('a dormant rank of %s', (rank) => {
  const known = new Map<string, Person>();
  const forStaff = secured.filter(([, { who }]) => typeof who === 'object' || who === 'staff');
  it.each(forStaff)('opens no endpoint for staff: %s', (_name, endpoint) =>
    expectAsTold(endpoint, { rank, country: 'DE', twoFactor: false }, known),
  );
});

describe('an account that is not verified', () => {
  /** What it may do beyond what a guest may, and reads of its own. */
  const OPEN = [
    'POST /auth/verify-email',
    'POST /auth/verify-email/{token}',
    'POST /auth/sign-out',
    'POST /auth/logout',
    'DELETE /auth/sessions/{id}',
    'PATCH /viewer/password',
    'PUT /user/profile',
    'PATCH /viewer/profile',
    'PUT /user/settings',
    'DELETE /user',
    'POST /appeals',
  ];
  const isOwnRead = ({ who, method }: Endpoint) => who === 'user' && method === 'get';
  const people = new Map<string, Person>();
  const asUnverified = async () => {
    const person = people.get('person') ?? (await asUser({ verified: false }));
    people.set('person', person);
    return person;
  };

  it('is admitted by the endpoints that say so, and by no other', () => {
    expect(
      all
        .filter(({ unverified }) => unverified)
        .map(nameOf)
        .toSorted(),
    ).toEqual(OPEN.toSorted());
  });

  const closed = secured.filter(([name, endpoint]) => !OPEN.includes(name) && !isOwnRead(endpoint));
  it.each(closed)('gets EMAIL_NOT_VERIFIED from %s, and the reference says so', async (_, endpoint) => {
    const answer = await callAs(await asUnverified(), endpoint);
    expect([answer.status, answer.error?.code]).toEqual([403, 'EMAIL_NOT_VERIFIED']);
    expect(describedAs(endpoint.path, endpoint.method, 403)).toContain('EMAIL_NOT_VERIFIED');
  });

  const open = secured.filter(([name, endpoint]) => OPEN.includes(name) || isOwnRead(endpoint));
  it.each(open)('is let in by %s', async (name, endpoint) => {
    const person = await asUnverified();
    if (SIGNS_OUT.includes(name)) people.delete('person');
    const answer = await callAs(person, endpoint);
    expect([...GUARD_CODES, 'EMAIL_NOT_VERIFIED']).not.toContain(answer.error?.code);
    expect([401, 500]).not.toContain(answer.status);
  });

  const optionalWrites = all.filter(
    ({ who, method, path }) => who === 'optional' && method !== 'get' && !OPEN.includes(nameOf({ method, path })),
  );
  it.each(optionalWrites.map((endpoint) => [nameOf(endpoint), endpoint] as const))(
    'gets from %s what a guest gets, or is asked to verify',
    async (_, endpoint) => {
      const [mine, guest] = [await callAs(await asUnverified(), endpoint), await callAs(client(), endpoint)];
      if (mine.error?.code !== 'EMAIL_NOT_VERIFIED')
        expect([mine.status, mine.error?.code]).toEqual([guest.status, guest.error?.code]);
    },
  );
});

describe('a permission', () => {
  const guarded = secured.flatMap(([name, endpoint]) =>
    typeof endpoint.who === 'object' ? [[name, endpoint, endpoint.who.permission] as const] : [],
  );

  it.each(guarded)('that was granted opens %s to the lowest rank', (_, endpoint, permission) =>
    expectAsTold(endpoint, { rank: 'support', granted: [permission] }),
  );

  it.each(guarded)('that was taken closes %s to the highest rank', (_, endpoint, permission) =>
    expectAsTold(endpoint, { rank: 'owner', denied: [permission] }),
  );
});

describe('a stranger', () => {
  /** Where the path names no thing of somebody's, or the caller acts on nobody but themselves. */
  const NOT_A_THING = [
    '/auth/verify-email/{token}',
    '/auth/verify-email/{token}/reject',
    '/stream/moderators/{userId}', // a person, whom the caller's own channel names
    '/social/follow/{userId}', // a person too, as are the next four: anyone may look at them, and shut them out
    '/social/block/{userId}',
    '/social/followers/{userId}',
    '/social/following/{userId}',
    '/social/creator/{username}',
    '/content/users/{userId}/posts', // what a person shows to whoever asks
    '/stream/{id}/leave', // closes the caller's own sockets, if there are any
    '/rooms/{id}/leave', // the same
    '/stream/{id}/ws', // opens to a pass alone, and those are test/room's
  ];
  const named = all
    .filter(({ path, who }) => path.includes('{') && typeof who !== 'object' && !NOT_A_THING.includes(path))
    .map((endpoint) => [nameOf(endpoint), endpoint] as const);

  it.each(named)('gets nothing of another’s by %s', async (_, endpoint) => {
    const [owner, stranger] = await Promise.all([asCreator(), asCreator()]);
    const streamId = await addPrivateStream(owner);
    const sessionId = JSON.parse(atob(owner.accessToken.split('.')[1] ?? '')).sid as string;
    const answer = await callAs(stranger, endpoint, {
      id: await idFor(endpoint.path, { sessionId, streamId }, owner),
      streamId,
      roomId: streamId,
      messageId: newId(),
      userId: owner.userId,
      hostId: owner.userId,
      username: owner.username,
    });
    expect([403, 404, 405]).toContain(answer.status);
  });

  async function idFor(path: string, ids: { sessionId: string; streamId: string }, owner: Person): Promise<string> {
    if (path.startsWith('/auth/sessions/')) return ids.sessionId;
    if (!path.startsWith('/rooms/')) return ids.streamId;
    return (await owner.post('rooms', { title: 'Not for strangers', isPrivate: true })).data.id;
  }

  async function addPrivateStream({ userId, channelId }: { userId: string; channelId: string }): Promise<string> {
    const ctx = testContext();
    const id = newId();
    const now = ctx.now();
    await ctx.db.insert(streams).values({
      id,
      channelId,
      creatorId: userId,
      title: 'Not for strangers',
      visibility: 'private',
      status: 'live',
      startedAt: now,
      createdAt: now,
      updatedAt: now,
    });
    return id;
  }
});
