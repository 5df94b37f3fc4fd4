/** What is out of a reader's sight is found by no door: a creator with a live stream and a post, behind each of them. */
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { aPost } from '#test/support/posts';
import { aStream } from '#test/support/streams';
import { actorOf, asCreator, asStaff, asViewer, type Person } from '#test/support/users';
import { commit } from '@/db/commit';
import { users } from '@/domains/base/users/tables';
import { posts } from '@/domains/content/posts/tables';
import { streams } from '@/domains/live/streams/tables';
import { block } from '@/domains/people/social/block';
import { followCreator } from '@/domains/people/social/follow';
import { setBlockedRegions } from '@/domains/people/social/regions';
import { DAY_MS } from '@/shared/time';

const guest = client();
/** Recommended before whatever other tests have made. */
const HUGE = 1_000_000_000;

type Reader = Pick<Person, 'get'>;

interface Scene {
  readonly creator: Person & { channelId: string };
  readonly word: string;
  readonly streamId: string;
  readonly postId: string;
  /** A viewer who follows the creator, as every reader of a scene does who has an account. */
  readonly fan: Person;
  /** Whom the creator follows. */
  readonly star: Person;
}

async function aScene(): Promise<Scene> {
  const [ctx, creator, fan, star] = [testContext(), await asCreator(), await asViewer(), await asCreator()];
  const word = `s${crypto.randomUUID().replaceAll('-', '')}`.slice(0, 20);
  await ctx.db.update(users).set({ displayName: word }).where(eq(users.id, creator.userId));
  await followCreator(ctx, actorOf(fan), creator.userId);
  await followCreator(ctx, actorOf(creator), star.userId);
  const streamId = await aStream(creator, { title: word, viewerCount: HUGE });
  const postId = await aPost(creator, { text: word });
  return { creator, word, streamId, postId, fan, star };
}

async function aReader({ creator }: Scene): Promise<Person> {
  const reader = await asViewer();
  await followCreator(testContext(), actorOf(reader), creator.userId);
  return reader;
}

type Door = (scene: Scene) => readonly [path: string, id: string];

const STREAM_DOORS: Record<string, Door> = {
  live: ({ word, streamId }) => [`stream/live?q=${word}`, streamId],
  'live for viewers': ({ word, streamId }) => [`viewer/live?q=${word}`, streamId],
  sessions: ({ word, streamId }) => [`sessions?q=${word}`, streamId],
  'sessions of the creator': ({ creator, streamId }) => [`sessions?creatorId=${creator.userId}`, streamId],
  'stream search': ({ word, streamId }) => [`viewer/search?q=${word}`, streamId],
  'search of streams': ({ word, streamId }) => [`search?type=streams&q=${word}`, streamId],
  recommended: ({ streamId }) => ['stream/recommended?perPage=100', streamId],
  'recommended for viewers': ({ streamId }) => ['viewer/recommended?perPage=100', streamId],
  "a user's streams": ({ creator, streamId }) => [`users/${creator.userId}/sessions`, streamId],
  "a creator's stream": ({ creator, streamId }) => [`viewer/stream/${creator.username}`, streamId],
  "what is on, of a creator's page": ({ creator, streamId }) => [`social/creator/${creator.username}`, streamId],
  'the one that is live, of a profile': ({ creator, streamId }) => [`users/${creator.userId}`, streamId],
  'live creators': ({ word, creator }) => [`social/creators?sort=live&q=${word}`, creator.userId],
};
const STREAM_DOORS_OF_ACCOUNTS: Record<string, Door> = {
  following: ({ streamId }) => ['viewer/following', streamId],
};
const PEOPLE_DOORS: Record<string, Door> = {
  users: ({ word, creator }) => [`users?q=${word}`, creator.userId],
  creators: ({ word, creator }) => [`social/creators?q=${word}`, creator.userId],
  'search of users': ({ word, creator }) => [`search?type=users&q=${word}`, creator.userId],
  followers: ({ star, creator }) => [`social/followers/${star.userId}`, creator.userId],
  'whom somebody follows': ({ fan, creator }) => [`social/following/${fan.userId}`, creator.userId],
  "a creator's page": ({ creator }) => [`social/creator/${creator.username}`, creator.userId],
  'a profile': ({ creator }) => [`users/${creator.userId}`, creator.userId],
};
const POST_DOORS: Record<string, Door> = {
  'search of posts': ({ word, postId }) => [`search?type=posts&q=${word}`, postId],
  'public feed': ({ postId }) => ['content/feed/public?perPage=100', postId],
  "an author's posts": ({ creator, postId }) => [`content/users/${creator.userId}/posts`, postId],
};
const POST_DOORS_OF_ACCOUNTS: Record<string, Door> = {
  'personal feed': ({ postId }) => ['content/feed', postId],
};

/** The names of the doors behind which it is found. A page that is not there finds nothing. */
async function foundBehind(doors: Record<string, Door>, scene: Scene, reader: Reader): Promise<string[]> {
  const found = await Promise.all(
    Object.entries(doors).map(async ([name, door]) => {
      const [path, id] = door(scene);
      const { status, data } = await reader.get(path);
      expect([200, 404, 451], `${name}: ${status}`).toContain(status);
      return JSON.stringify(data ?? null).includes(id) ? [name] : [];
    }),
  );
  return found.flat();
}

const DOORS = {
  streams: [STREAM_DOORS, STREAM_DOORS_OF_ACCOUNTS],
  people: [PEOPLE_DOORS, {}],
  posts: [POST_DOORS, POST_DOORS_OF_ACCOUNTS],
} as const;
type Kind = keyof typeof DOORS;
const KINDS: readonly Kind[] = ['streams', 'people', 'posts'];

/** @param asGuest with no list of their own: of whom they follow @param named where people are found all the same */
async function expectSight(
  scene: Scene,
  reader: Reader,
  sees: readonly Kind[],
  { asGuest = reader === guest, named = [] }: { asGuest?: boolean; named?: readonly string[] } = {},
) {
  for (const kind of KINDS) {
    const [open, ofAccounts] = DOORS[kind];
    const doors: Record<string, Door> = asGuest ? open : { ...open, ...ofAccounts };
    const hidden = kind === 'people' ? named : [];
    expect(await foundBehind(doors, scene, reader), kind).toEqual(sees.includes(kind) ? Object.keys(doors) : hidden);
  }
}

describe('a user without bans or blocks', () => {
  it('is found by every endpoint with all their content, even while the account waits for deletion', async () => {
    const scene = await aScene();
    const reader = await aReader(scene);
    for (const one of [guest, reader]) await expectSight(scene, one, KINDS);
    const deletesAt = Date.now() + 14 * DAY_MS;
    await testContext().db.update(users).set({ deletesAt }).where(eq(users.id, scene.creator.userId));
    for (const one of [guest, reader]) await expectSight(scene, one, KINDS);
  });
});

describe('nothing is found', () => {
  it.each(['the creator', 'the reader'])('across a block by %s, but others find everything', async (by) => {
    const scene = await aScene();
    const [reader, ctx] = [await aReader(scene), testContext()];
    const pair = [scene.creator.userId, reader.userId] as const;
    const [blocker, blocked] = by === 'the creator' ? pair : pair.toReversed();
    // The follow stays, as a race of the two would leave it.
    await block(ctx, blocker ?? '', blocked ?? '');
    // A reader's own block is named, so that it can be undone.
    const named = by === 'the reader' ? ["a creator's page", 'a profile'] : [];
    await expectSight(scene, reader, [], { named });
    await expectSight(scene, guest, KINDS);
  });

  it.each(['banned', 'deleted'] as const)('of a user who is %s, by anyone', async (status) => {
    const scene = await aScene();
    const readers = [guest, await aReader(scene), await asStaff('owner')];
    await testContext().db.update(users).set({ status }).where(eq(users.id, scene.creator.userId));
    for (const reader of readers) await expectSight(scene, reader, []);
  });
});

describe('a creator who is hidden in a region', () => {
  const from = (region: string, { headers }: Pick<Person, 'headers'>) =>
    client({ ...headers, 'x-dev-country': region });

  async function aHiddenScene() {
    const scene = await aScene();
    const ctx = testContext();
    await commit(ctx, setBlockedRegions(ctx, scene.creator.userId, ['DE', 'US-CA']));
    return { scene, reader: await aReader(scene) };
  }

  it.each(['DE-BY', 'US-CA'])('is not found with any content from %s', async (region) => {
    const { scene, reader } = await aHiddenScene();
    await expectSight(scene, from(region, reader), []);
    await expectSight(scene, from(region, guest), [], { asGuest: true });
  });

  it.each(['US', 'US-TX', 'T1'])('is found with all content from %s', async (region) => {
    const { scene, reader } = await aHiddenScene();
    await expectSight(scene, from(region, reader), KINDS);
    await expectSight(scene, from(region, guest), KINDS, { asGuest: true });
  });

  it('is still found there by staff and by the creator themselves', async () => {
    const { scene } = await aHiddenScene();
    await expectSight(scene, from('DE', await asStaff('support')), KINDS, { asGuest: true });
    const own = { ...STREAM_DOORS, ...PEOPLE_DOORS, ...POST_DOORS };
    const others = ['recommended', 'recommended for viewers']; // which leave one's own out
    expect(await foundBehind(own, scene, from('DE', scene.creator))).toEqual(
      Object.keys(own).filter((name) => !others.includes(name)),
    );
  });

  it('has no visible comments there, unlike others', async () => {
    const { scene, reader } = await aHiddenScene();
    const postId = await aPost(await asCreator(), { text: 'Elsewhere' });
    for (const one of [scene.creator, reader])
      expect((await one.post('content/comments', { postId, text: 'Hello' })).status).toBe(201);
    const path = `content/posts/${postId}/comments`;
    const authors = async (who: Reader) =>
      (await who.get(path)).data.items.map(({ author }: { author: { id: string } }) => author.id).toSorted();
    expect(await authors(from('DE', guest))).toEqual([reader.userId]);
    expect(await authors(guest)).toEqual([scene.creator.userId, reader.userId].toSorted());
  });
});

describe('a stream', () => {
  const become = (scene: Scene, change: Partial<typeof streams.$inferInsert>) =>
    testContext().db.update(streams).set(change).where(eq(streams.id, scene.streamId));

  it('that is private is found only by its creator', async () => {
    const scene = await aScene();
    const reader = await aReader(scene);
    await become(scene, { visibility: 'private' });
    for (const one of [guest, reader]) await expectSight(scene, one, ['people', 'posts']);
    const { data } = await scene.creator.get(`sessions?q=${scene.word}`);
    expect(data.items).toHaveLength(1);
  });

  it.each(['followers', 'subscribers'] as const)(
    'that is for %s is found by everyone; joining says who may enter',
    async (visibility) => {
      const scene = await aScene();
      const reader = await aReader(scene);
      await become(scene, { visibility });
      for (const one of [guest, reader]) await expectSight(scene, one, KINDS);
    },
  );

  it('that was cancelled is found only by those who ask for cancelled ones', async () => {
    const scene = await aScene();
    const reader = await aReader(scene);
    await become(scene, { status: 'cancelled', startedAt: null });
    for (const one of [guest, reader]) {
      await expectSight(scene, one, ['people', 'posts']);
      const { data } = await one.get(`viewer/search?status=cancelled&q=${scene.word}`);
      expect(data.items).toHaveLength(1);
    }
  });
});

describe('a post', () => {
  it.each([
    ['followers', true],
    ['subscribers', false],
  ] as const)('for %s is found only by them', async (visibility, byFollowers) => {
    const scene = await aScene();
    const reader = await aReader(scene);
    await testContext().db.update(posts).set({ visibility }).where(eq(posts.id, scene.postId));
    await expectSight(scene, guest, ['streams', 'people']);
    const found = await foundBehind({ ...POST_DOORS, ...POST_DOORS_OF_ACCOUNTS }, scene, reader);
    expect(found).toEqual(byFollowers ? ['search of posts', "an author's posts", 'personal feed'] : []);
  });

  it('that was removed is not found by anyone', async () => {
    const scene = await aScene();
    const reader = await aReader(scene);
    await testContext().db.update(posts).set({ removedAt: Date.now() }).where(eq(posts.id, scene.postId));
    for (const one of [guest, reader, scene.creator]) expect(await foundBehind(POST_DOORS, scene, one)).toEqual([]);
    expect(await foundBehind({ 'my posts': ({ postId }) => ['content/posts', postId] }, scene, scene.creator)).toEqual(
      [],
    );
  });
});
