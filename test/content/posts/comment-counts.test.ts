/**
 * The count of a post's comments against what somebody without blocks can page through, over generated histories of
 * comments, replies, deletions and ends of accounts; and what is hidden on the way has no words and is cleared away.
 */
import { and, eq, inArray, isNotNull, isNull, ne } from 'drizzle-orm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { aPost } from '#test/support/posts';
import { actorOf, asViewer, type Person } from '#test/support/users';
import { users } from '@/domains/base/users/tables';
import { addComment, listComments, removeComment } from '@/domains/content/posts/comments';
import { comments, posts } from '@/domains/content/posts/tables';
import { eraseAccounts } from '@/domains/operations/privacy/erase';

const PEOPLE = 3;
const RUNS = 15;
const TIMEOUT_MS = 120_000;

type Step =
  | { readonly type: 'comment'; readonly by: number }
  | { readonly type: 'reply'; readonly by: number; readonly to: number }
  | { readonly type: 'remove'; readonly which: number }
  | { readonly type: 'erase'; readonly who: number };

const person = fc.nat(PEOPLE - 1);
const someComment = fc.nat(20);
const history: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ type: fc.constant('comment' as const), by: person }) },
    { weight: 5, arbitrary: fc.record({ type: fc.constant('reply' as const), by: person, to: someComment }) },
    { weight: 4, arbitrary: fc.record({ type: fc.constant('remove' as const), which: someComment }) },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('erase' as const), who: person }) },
  ),
  { minLength: 4, maxLength: 24 },
);

/** Ids of all that a guest finds under the post, replies included. */
async function pageThrough(postId: string, parentId?: string): Promise<string[]> {
  const found: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const query = { perPage: 2, cursor, parentId };
    const { items, pagination } = await listComments(testContext(), undefined, postId, query);
    for (const { id, replyCount } of items) {
      const replies = parentId === undefined ? await pageThrough(postId, id) : [];
      expect(replies).toHaveLength(replyCount);
      found.push(id, ...replies);
    }
    cursor = pagination.nextCursor;
  }
  return found;
}

async function erase({ userId }: Person): Promise<void> {
  const { db } = testContext();
  await db.update(users).set({ deletesAt: 1 }).where(eq(users.id, userId));
  for (const row = () => db.select().from(users).where(eq(users.id, userId)).get(); (await row())?.deletesAt; )
    await eraseAccounts(testContext());
}

describe('the count of comments', () => {
  it(
    'is what can be read, whoever comments, deletes and goes, in whatever order',
    async () => {
      const author = await asViewer();
      await fc.assert(
        fc.asyncProperty(history, async (steps) => {
          const ctx = testContext();
          const postId = await aPost(author);
          const people: Person[] = [];
          for (let count = 0; count < PEOPLE; count += 1) people.push(await asViewer());
          const gone = new Set<Person>();
          const written: string[] = [];
          for (const step of steps) await take(step);

          async function take(step: Step): Promise<void> {
            if (step.type === 'erase') {
              const leaver = people[step.who] as Person; // one of them
              if (gone.has(leaver)) return;
              gone.add(leaver);
              await erase(leaver);
            } else if (step.type === 'remove') {
              const id = written[step.which % Math.max(1, written.length)];
              if (id) await removeComment(ctx, actorOf(author), id).catch(() => undefined); // gone already
            } else {
              const writer = people[step.by] as Person; // one of them
              const parentId = step.type === 'reply' ? written[step.to % Math.max(1, written.length)] : undefined;
              if (gone.has(writer) || (step.type === 'reply' && !parentId)) return;
              const comment = { postId, parentId, text: 'Words' };
              // To a reply there is no reply, nor to what is gone.
              const added = await addComment(ctx, actorOf(writer), comment).catch(() => undefined);
              if (added) written.push(added.id);
            }
            const post = await ctx.db.select().from(posts).where(eq(posts.id, postId)).get();
            expect(await pageThrough(postId)).toHaveLength(post?.commentCount ?? -1);
          }
          const hidden = and(eq(comments.postId, postId), isNotNull(comments.removedAt), ne(comments.text, ''));
          expect(await ctx.db.select().from(comments).where(hidden)).toEqual([]);
          await ctx.settle();
        }),
        { numRuns: RUNS },
      );
    },
    TIMEOUT_MS,
  );

  it('lets go of what a deleted account left for its replies with the last of them', async () => {
    const [author, leaver, friend] = [await asViewer(), await asViewer(), await asViewer()];
    const postId = await aPost(author);
    const say = async (by: Person, parentId?: string): Promise<string> =>
      (await by.post('content/comments', { postId, text: 'Words', ...(parentId ? { parentId } : {}) })).data.id;
    const [first, second] = [await say(leaver), await say(leaver)];
    const [own, reply] = [await say(friend, first), await say(author, second)];
    await erase(leaver);
    const guest = client();
    const counted = async () => (await guest.get(`content/posts/${postId}`)).data.commentCount;
    expect(await counted()).toBe(4);
    expect((await author.delete(`content/comments/${reply}`)).status).toBe(200);
    expect(await counted()).toBe(2);
    await erase(friend);
    expect(await counted()).toBe(0);
    expect((await guest.get(`content/posts/${postId}/comments`)).data.items).toEqual([]);
    const standing = and(inArray(comments.id, [first, second, own, reply]), isNull(comments.removedAt));
    expect(await testContext().db.select().from(comments).where(standing)).toEqual([]);
  });
});
