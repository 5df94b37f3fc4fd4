import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { anOpenStream, aStream } from '#test/support/streams';
import { asCreator, asStaff, asViewer } from '#test/support/users';
import { staffLog } from '@/domains/base/permissions/tables';
import { moderators } from '@/domains/live/channels/tables';
import { newId } from '@/shared/ids';

async function aShow() {
  const [creator, mod, viewer] = [await asCreator(), await asViewer(), await asViewer()];
  const id = await anOpenStream(creator);
  const { channelId } = creator;
  await testContext().db.insert(moderators).values({ channelId, userId: mod.userId, createdAt: 1 });
  const { data } = await viewer.post(`sessions/${id}/chat`, { text: 'Read this' });
  return { creator, mod, viewer, id, messageId: data.id as string };
}

test('creators and moderators pin a message or an announcement, and take it down', async () => {
  const { creator, mod, viewer, id, messageId } = await aShow();
  const pinned = await mod.put(`stream/${id}/pin`, { messageId: messageId.toUpperCase() });
  expect(pinned).toMatchObject({
    status: 200,
    data: { by: mod.userId, message: { id: messageId, userId: viewer.userId, text: 'Read this' } },
  });
  const announced = await creator.put(`stream/${id}/pin`, { text: '  New\n\n\u200b\n\nrules ' });
  expect(announced.data).toMatchObject({
    announcement: { userId: creator.userId, badges: ['creator'], text: 'New\n\nrules' },
  });
  for (let time = 0; time < 2; time += 1) expect((await mod.delete(`stream/${id}/pin`)).status).toBe(200);
});

test('viewers and guests cannot pin, and nobody can in a stream that is over', async () => {
  const { creator, viewer, id, messageId } = await aShow();
  expect((await client().put(`stream/${id}/pin`, { messageId })).status).toBe(401);
  expect(await viewer.put(`stream/${id}/pin`, { messageId })).toMatchObject({
    status: 403,
    error: { code: 'NOT_MODERATOR' },
  });
  expect((await viewer.delete(`stream/${id}/pin`)).status).toBe(403);
  const over = await aStream(creator, { status: 'ended' });
  expect(await creator.put(`stream/${over}/pin`, { text: 'Bye' })).toMatchObject({
    status: 409,
    error: { code: 'STREAM_ENDED' },
  });
  expect((await creator.put(`stream/${newId()}/pin`, { text: 'Where?' })).status).toBe(404);
});

test.each([
  ['nothing', {}],
  ['both', { messageId: newId(), text: 'Both' }],
  ['an empty text', { text: ' ' }],
  ['a control character', { text: 'a\u0007b' }],
  ['501 characters', { text: 'é'.repeat(501) }],
  ['eleven lines', { text: Array.from({ length: 11 }, (_, line) => line).join('\n') }],
  ['no id', { messageId: '1' }],
])('a pin of %s is refused', async (_, body) => {
  const { creator, id } = await aShow();
  expect((await creator.put(`stream/${id}/pin`, body)).status).toBe(422);
});

test('a pin of a message that does not exist is 404', async () => {
  const { creator, id } = await aShow();
  expect(await creator.put(`stream/${id}/pin`, { messageId: newId() })).toMatchObject({
    status: 404,
    error: { code: 'MESSAGE_NOT_FOUND' },
  });
});

test('what staff pin and take down is in the staff log, repeats are not', async () => {
  const { id, messageId } = await aShow();
  const staff = await asStaff('admin_l1');
  for (let time = 0; time < 2; time += 1) await staff.put(`stream/${id}/pin`, { messageId });
  for (let time = 0; time < 2; time += 1) await staff.delete(`stream/${id}/pin`);
  const rows = await testContext().db.select().from(staffLog).where(eq(staffLog.staffId, staff.userId));
  expect(rows.map(({ action }) => action).sort()).toEqual(['room.pin', 'room.unpin']);
});
