import { expect, test } from 'vitest';
import { plansOf } from '#test/support/plans';
import { asViewer } from '#test/support/users';
import { listPostsOf, listPublicFeed } from '@/domains/content/feeds/lists';

const page = { perPage: 20, cursor: undefined } as const;

test.each([
  ['recent', 'posts_public'],
  ['trending', 'posts_trending'],
] as const)('the public feed by %s is one range of its index, and sorts nothing', async (sort, index) => {
  const [skeleton] = await plansOf((ctx) => listPublicFeed(ctx, undefined, { ...page, sort }));
  expect(skeleton).toContain(`INDEX ${index}`);
  expect(skeleton).not.toContain('TEMP B-TREE');
});

test("a user's posts are a range of their author's", async () => {
  const { userId } = await asViewer();
  const [, skeleton] = await plansOf((ctx) => listPostsOf(ctx, undefined, userId, page));
  expect(skeleton).toContain('INDEX posts_of_author (author_id=?)');
  expect(skeleton).not.toContain('TEMP B-TREE');
});
