import { expect, test } from 'vitest';
import { plansOf } from '#test/support/plans';
import { actorOf } from '#test/support/users';
import { search } from '@/domains/content/search/search';

test.each([
  ['users', 'users'],
  ['streams', 'streams'],
  ['products', 'products'],
  ['posts', 'posts'],
] as const)('%s are read in the order of the rank, sorted once, and each by its row', async (type, table) => {
  const [plan = '', ...others] = await plansOf((ctx) =>
    search(ctx, undefined, { q: 'jazz', type: [type], perPage: 20 }),
  );
  expect(others).toEqual([]);
  const steps = plan.split('\n');
  const sorted = steps.findIndex((step) => step.includes('TEMP B-TREE'));
  expect(steps.filter((step) => step.includes('TEMP B-TREE'))).toHaveLength(1);
  expect(sorted).toBeLessThan(steps.indexOf('SCAN hits'));
  expect(steps).toContain(`SEARCH ${table} USING INTEGER PRIMARY KEY (rowid=?)`);
  expect(plan).not.toMatch(/SCAN (users|streams|products|posts)$/m);
});

test('whom the reader follows and subscribes to comes off an index, newest first', async () => {
  const reader = actorOf({ userId: 'r', email: '' });
  const [plan] = await plansOf((ctx) => search(ctx, reader, { q: 'jazz', type: ['posts'], perPage: 20 }));
  expect(plan).toContain('INDEX follows_of_follower (follower_id=?)');
  expect(plan).toContain('INDEX subscriptions_open_of_subscriber (subscriber_id=?)');
  expect(plan?.match(/TEMP B-TREE/g)).toHaveLength(1);
});
