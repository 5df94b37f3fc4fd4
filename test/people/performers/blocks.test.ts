import { expect, it } from 'vitest';
import { asPerformer } from '#test/support/performers';
import { asCreator, asViewer } from '#test/support/users';

it('a performer blocks by the same list as everyone else', async () => {
  const [performer, one, other] = [await asPerformer(), await asViewer(), await asViewer()];
  for (let repeat = 0; repeat < 2; repeat += 1)
    expect(await performer.post('performer/block-user', { userId: one.userId })).toMatchObject({
      status: 200,
      data: { blocked: true },
    });
  await performer.post(`social/block/${other.userId}`);
  const { data } = await performer.get('performer/blocked-users');
  expect(data.items.map(({ id }: { id: string }) => id)).toEqual([other.userId, one.userId]);
  expect(data).toEqual((await performer.get('social/blocks')).data);
  const page = (await performer.get('performer/blocked-users?perPage=1')).data;
  const next = await performer.get(`performer/blocked-users?perPage=1&cursor=${page.pagination.nextCursor}`);
  expect(next.data.items).toMatchObject([{ id: one.userId }]);
  expect((await one.get(`users/${performer.userId}`)).status).toBe(404);
  await performer.delete(`social/block/${one.userId}`);
  expect((await performer.get('performer/blocked-users')).data.items).toMatchObject([{ id: other.userId }]);
});

it('a performer cannot block themselves, nobody, or as another role', async () => {
  const performer = await asPerformer();
  const block = async (userId: unknown, who: Pick<typeof performer, 'post'> = performer) =>
    (await who.post('performer/block-user', { userId })).error.code;
  expect(await block(performer.userId)).toBe('NOT_ONESELF');
  expect(await block('nobody')).toBe('USER_NOT_FOUND');
  expect(await block('')).toBe('VALIDATION_FAILED');
  expect(await block(performer.userId, await asCreator())).toBe('PERFORMER_ONLY');
  expect((await (await asViewer()).get('performer/blocked-users')).error.code).toBe('CREATOR_APPROVAL_REQUIRED');
});
