/** Mails that gather what waits for staff. */
import { expect, it } from 'vitest';
import { asApplicant } from '#test/support/applications';
import { taskContext } from '#test/support/notifications';
import { asStaff, type Person } from '#test/support/users';
import { sendStaffDigests } from '@/domains/base/notifications/digest';
import { HOUR_MS, MINUTE_MS } from '@/shared/time';

const LATER = 2 * HOUR_MS;

/** What this person is mailed when the sweep runs after so long. */
async function mailsTo({ userId }: Person, afterMs: number, runs = 1): Promise<string[]> {
  const { ctx, sent, settle } = taskContext({ now: () => Date.now() + afterMs });
  await Promise.all(Array.from({ length: runs }, () => sendStaffDigests(ctx)));
  await settle();
  return sent().flatMap((task) => (task.type === 'send-notification-mail' && task.userId === userId ? task.body : []));
}

async function asMailed(...[rank, traits]: Parameters<typeof asStaff>): Promise<Person> {
  const person = await asStaff(rank, traits);
  await person.put('user/settings', { notifications: { staff: { email: true } } });
  return person;
}

async function isNotified(person: Person, count: number): Promise<void> {
  await expect
    .poll(async () => (await person.get('user/notifications')).data.items)
    .toMatchObject([{ data: { count } }]);
}

it('staff who chose mail get one for all that waits, and none until something new comes', async () => {
  const [mailed, quiet] = [await asMailed('admin_l3'), await asStaff('admin_l3')];
  await asApplicant();
  await asApplicant();
  for (const person of [mailed, quiet]) await isNotified(person, 2);
  expect(await mailsTo(quiet, 0)).toEqual([]);
  expect(await mailsTo(mailed, MINUTE_MS)).toEqual([]); // sent by the run above
  expect(await mailsTo(mailed, LATER)).toEqual([]);
});

it('two runs at once send one mail, and within an hour there is no other', async () => {
  const mailed = await asMailed('admin_l3');
  await asApplicant();
  await isNotified(mailed, 1);
  expect(await mailsTo(mailed, 0, 2)).toEqual(['Creator applications that wait for you: 1']);
  await asApplicant();
  await isNotified(mailed, 2);
  expect(await mailsTo(mailed, MINUTE_MS)).toEqual([]);
  expect(await mailsTo(mailed, LATER)).toEqual(['Creator applications that wait for you: 2']);
});

it('what is decided is not mailed', async () => {
  const mailed = await asMailed('admin_l3');
  const { applicationId } = await asApplicant();
  await isNotified(mailed, 1);
  await mailed.put(`admin/creator-applications/${applicationId}/reject`, { reason: 'Too short.' });
  expect(await mailsTo(mailed, 0)).toEqual([]);
});
