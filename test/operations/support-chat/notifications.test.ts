/** Who is notified of a message in a support chat: the other side, if nobody of it is in the room. */
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { eventually, joinRoom } from '#test/support/rooms';
import { asStaff, asViewer, type Person } from '#test/support/users';
import { readPass } from '@/domains/live/rooms/pass';
import { sweepOutbox } from '@/queues/outbox';
import { MINUTE_MS } from '@/shared/time';

const say = (person: Person, text: string, threadId?: string) =>
  person.post('support/chat/send', { text, ...(threadId === undefined ? {} : { threadId }) });

const noticesOf = async (person: Person, kind: string) =>
  (await person.get('user/notifications')).data.items.filter((item: { kind: string }) => item.kind === kind);

const expectNotices = (person: Person, kind: string, titles: string[]) =>
  eventually(async () => {
    const notices = await noticesOf(person, kind);
    expect(notices.map(({ title }: { title: string }) => title)).toEqual(titles);
  });

async function enter(person: Person, threadId?: string) {
  const { data } = await person.post('support/chat/join', threadId === undefined ? {} : { threadId });
  const pass = await readPass(testContext(), data.pass);
  if (!pass) throw new Error('Not a pass');
  const seat = await joinRoom(data.threadId, pass.viewer, { pass });
  await seat.welcome();
  return seat;
}

describe('the user', () => {
  it('has one notification that counts unread answers, and goes once they are read', async () => {
    const [user, agent] = [await asViewer(), await asStaff('support')];
    const { threadId } = (await say(user, 'Help')).data;
    await say(agent, 'One', threadId);
    await expectNotices(user, 'support-message', ['New messages from support: 1']);
    const last = await say(agent, 'Two', threadId);
    await expectNotices(user, 'support-message', ['New messages from support: 2']);
    await user.put(`support/chat/${last.data.id}/read`);
    await expectNotices(user, 'support-message', []);
    await say(agent, 'Three', threadId);
    await expectNotices(user, 'support-message', ['New messages from support: 1']);
    await say(user, 'Thanks');
    await expectNotices(user, 'support-message', []);
  });

  it('is not notified while they are in the room, and is of an answer over the socket when they are not', async () => {
    const [user, agent] = [await asViewer(), await asStaff('support')];
    const { threadId } = (await say(user, 'Help')).data;
    const seat = await enter(user);
    await say(agent, 'You are here', threadId);
    await seat.next('support-message', ({ seq }) => seq === 2);
    seat.leave();
    const agents = await enter(agent, threadId);
    await eventually(async () => {
      const { users } = await testContext().rooms(threadId).viewers();
      expect(users.map(({ id }) => id)).toEqual([agent.userId]);
    });
    expect(await agents.say('You are gone')).toMatchObject({ type: 'ack', seq: 3 });
    const later = testContext();
    await sweepOutbox({ ...later, now: () => later.now() + MINUTE_MS });
    await expectNotices(user, 'support-message', ['New messages from support: 1']);
  });
});

describe('staff who manage tickets', () => {
  it('have one notification that counts the chats that wait, each until it is answered', async () => {
    const [agent, denied] = [await asStaff('support'), await asStaff('support', { denied: ['canManageTickets'] })];
    const users = [await asViewer(), await asViewer()];
    const threads: string[] = [];
    for (const user of users) threads.push((await say(user, 'Help')).data.threadId);
    await say(users[0] as Person, 'Hello?');
    await expectNotices(agent, 'chat-waiting', ['Support chats that wait for an answer: 2']);
    expect(await noticesOf(denied, 'chat-waiting')).toEqual([]);
    await say(agent, 'Here I am', threads[0]);
    await expectNotices(agent, 'chat-waiting', ['Support chats that wait for an answer: 1']);
    await say(users[0] as Person, 'One more thing');
    await expectNotices(agent, 'chat-waiting', ['Support chats that wait for an answer: 2']);
  });
});
