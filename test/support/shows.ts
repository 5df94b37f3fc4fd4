/** A creator who is all over the place, and every way to come across them that the API has: for what must hide them. */
import { eq } from 'drizzle-orm';
import { endpoints } from '@/app';
import { users } from '@/domains/base/users/tables';
import { posts } from '@/domains/content/posts/tables';
import type { Endpoint } from '@/http/endpoint';
import type { Role } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { testContext } from './context';
import { anOpenStream, aStream } from './streams';
import { asCreator, type Person } from './users';

/** An approved creator with something of everything, and known everywhere by one word. */
export async function aShow(role: Role = 'creator') {
  const word = `w${crypto.randomUUID().slice(0, 8)}`;
  const creator = await asCreator({ role });
  const ctx = testContext();
  const about = { displayName: word, bio: `${word} sings` };
  await ctx.db.update(users).set(about).where(eq(users.id, creator.userId));
  await creator.put('creator/profile', { bio: `${word} sings`, categories: ['music'] });
  await creator.put('payment/tiers', { tiers: [{ name: word, coinsPerMonth: 500 }] });
  const streamId = await anOpenStream(creator, { title: word, category: 'music', viewerCount: 1_000_000 });
  await aStream(creator, { title: word, status: 'ended', peakViewers: 1_000_000 });
  await aStream(creator, { title: word, status: 'scheduled', scheduledFor: ctx.now() + 1_000 });
  const postId = newId();
  const at = ctx.now();
  await ctx.db
    .insert(posts)
    .values({ id: postId, authorId: creator.userId, text: `${word} sings`, visibility: 'public', createdAt: at });
  const names = {
    userId: creator.userId,
    creatorId: creator.userId,
    hostId: creator.userId,
    username: creator.username,
    streamId,
    postId,
  };
  return { word, creator, streamId, names };
}

export type Show = Awaited<ReturnType<typeof aShow>>;

/** Reads that anyone may ask for, or any account. */
const reads = endpoints.filter(
  ({ method, who, contentType, path }) =>
    method === 'get' && (who === 'public' || who === 'optional' || who === 'user') && !contentType && path !== '/docs',
);

/** Each way to ask: `{id}` may be a stream's or a user's. */
function waysToAsk({ path, query }: Endpoint, { names, word }: Show, perPage: number): string[] {
  const fill = (id: string) => path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ({ ...names, id })[name] ?? newId());
  const filled = path.includes('{id}') ? [names.streamId, names.userId, names.username].map(fill) : [fill('')];
  const fields = query && 'shape' in query ? Object.keys(query.shape as object) : [];
  const asked = fields.includes('q') ? `?q=${word}` : fields.includes('perPage') ? `?perPage=${perPage}` : '';
  return filled.map((one) => `${one.slice(1)}${asked}`);
}

/** What every way to ask answers, as text. @param perPage one that nobody asked for yet finds no page in the cache */
export async function answersAbout(
  reader: Pick<Person, 'get'>,
  show: Show,
  perPage = 100,
): Promise<Map<string, string>> {
  const ways = [
    ...reads.flatMap((endpoint) => waysToAsk(endpoint, show, perPage)),
    `sessions?creatorId=${show.names.userId}`,
    `search?q=${show.word}&type=users`,
  ];
  const answers = await Promise.all(ways.map((way) => reader.get(way)));
  return new Map(ways.map((way, index) => [way, JSON.stringify(answers[index]?.body)]));
}

/** The ways to ask whose answer has the show in it. */
export async function whereSeen(reader: Pick<Person, 'get'>, show: Show): Promise<string[]> {
  return [...(await answersAbout(reader, show))].flatMap(([way, answer]) => (answer.includes(show.word) ? [way] : []));
}
