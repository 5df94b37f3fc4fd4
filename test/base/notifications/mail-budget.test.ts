/** How many mails to others a user can cause a day. Past that nobody is refused: the list has all of it. */
import { env } from 'cloudflare:workers';
import { expect, it, test, vi } from 'vitest';
import { countMails } from '#test/support/accounts';
import { usedBy } from '#test/support/budgets';
import { testContext } from '#test/support/context';
import { anAnnouncedStream, taskContext } from '#test/support/notifications';
import { actorOf, asCreator, asUser, asViewer, type Person } from '#test/support/users';
import type { NewNotification } from '@/contracts/messages';
import { fanOutBroadcast } from '@/domains/base/notifications/broadcast';
import { notify } from '@/domains/base/notifications/notify';
import { followCreator } from '@/domains/people/social/follow';
import { mailError } from '@/providers/mail-errors';
import { newId } from '@/shared/ids';

const times = (count: number) => Array.from({ length: count }, (_, index) => index);
const ALL_MAILED = { comment: { email: true }, live: { email: true }, follower: { email: true } };

async function aReader(): Promise<Person> {
  const reader = await asViewer();
  await reader.put('user/settings', { notifications: ALL_MAILED });
  return reader;
}

const comment = (to: Person, from: Person): NewNotification => ({
  userId: to.userId,
  kind: 'comment',
  title: 'Somebody commented on your post',
  body: '',
  data: { userId: from.userId },
});

const mailsTo = ({ email }: Person) => countMails(email);

test.each([
  ['five mails on the first day of an account', Date.now(), 5],
  ['twenty mails after it', 0, 20],
])('%s go out to others, and the rest is listed alone', async (_, createdAt, limit) => {
  const actor = await asUser({ createdAt });
  const readers = [await aReader(), await aReader()];
  const { ctx, drain } = taskContext();
  for (const number of times(limit + 4)) {
    const reader = readers[number % 2];
    if (reader) await notify(ctx, newId(), comment(reader, actor));
  }
  await drain();
  const mailed = await Promise.all(readers.map(mailsTo));
  expect(mailed.reduce((sum, count) => sum + count, 0)).toBe(limit);
  expect(await usedBy(actor)).toEqual({ mails: limit });
  const lists = await Promise.all(readers.map((reader) => reader.get('user/notifications')));
  expect(lists.reduce((sum, { data }) => sum + data.unreadCount, 0)).toBe(limit + 4);
  const [first] = readers;
  const other = await asViewer();
  if (first) await notify(ctx, newId(), comment(first, other));
  await drain();
  expect(await usedBy(other)).toEqual({ mails: 1 });
});

it('counts mailed notifications, and not those that are only in the list', async () => {
  const [actor, reader] = [await asViewer(), await asViewer()];
  const { ctx, drain } = taskContext();
  for (const _ of times(8)) await notify(ctx, newId(), comment(reader, actor));
  await drain();
  expect(await usedBy(actor)).toEqual({});
});

test.each(['payout-paid', 'creator-approved', 'purchase-paid', 'ticket-reply'] as const)(
  '%s is mailed however many there are, and counts for nobody',
  async (kind) => {
    const [actor, reader] = [await asViewer(), await aReader()];
    const { ctx, drain } = taskContext();
    for (const _ of times(7)) await notify(ctx, newId(), { ...comment(reader, actor), kind });
    await drain();
    expect(await mailsTo(reader)).toBe(7);
    expect(await usedBy(actor)).toEqual({});
  },
);

it('a mail that the provider does not take is given back, and counted once when a later try succeeds', async () => {
  const [actor, reader] = [await asViewer(), await aReader()];
  const outcomes: ('away' | 'refused' | 'sent')[] = ['away', 'sent', 'refused'];
  const mail = {
    send: async () => {
      const outcome = outcomes.shift() ?? 'sent';
      if (outcome === 'away') throw mailError('MAIL_UNAVAILABLE');
      return outcome;
    },
  };
  const { ctx, sent, consume } = taskContext({ mail });
  await notify(ctx, newId(), comment(reader, actor));
  const [task] = sent();
  if (!task) throw new Error('Nothing was queued');
  await consume(task);
  expect(await usedBy(actor)).toEqual({});
  await consume(task);
  expect(await usedBy(actor)).toEqual({ mails: 1 });
  await consume(task);
  expect(await usedBy(actor)).toEqual({ mails: 1 });
});

/** So many live streams of a creator, one after another, told to whoever follows. */
async function goLive(creator: Person & { channelId: string }, count: number) {
  const { ctx, drain } = taskContext();
  for (const _ of times(count)) {
    const { streamId, at } = await anAnnouncedStream(creator);
    await fanOutBroadcast(ctx, streamId, at, null);
    await drain();
    await env.DB.prepare("UPDATE streams SET status = 'ended', ended_at = ?2 WHERE id = ?1").bind(streamId, at).run();
  }
}

it('a creator who goes live spends one mail, however many followers get it', async () => {
  const creator = await asCreator();
  const followers = [await aReader(), await aReader(), await aReader()];
  for (const follower of followers) await followCreator(testContext(), actorOf(follower), creator.userId);
  await goLive(creator, 7);
  expect(await Promise.all(followers.map(mailsTo))).toEqual([5, 5, 5]);
  expect((await usedBy(creator)).mails).toBe(5);
});

it('a creator who goes live spends nothing if no follower chose mail', async () => {
  const [creator, follower] = [await asCreator(), await asViewer()];
  await followCreator(testContext(), actorOf(follower), creator.userId);
  await goLive(creator, 2);
  expect(await usedBy(creator)).toEqual({});
});

it("a mail about the reader's own account does not count", async () => {
  const person = await asViewer();
  await person.post('auth/forget-password/email-otp', { email: person.email });
  await vi.waitFor(async () => expect(await countMails(person.email)).toBe(1));
  expect(await usedBy(person)).toEqual({});
});
