/** The chat with support over HTTP: writing, reading, the staff's list, and who may see what. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { asStaff, asUser, asViewer, type Person } from '#test/support/users';
import { newId } from '@/shared/ids';

const say = (person: Person, text: string, more: Record<string, unknown> = {}) =>
  person.post('support/chat/send', { text, ...more });
const read = async (person: Person, query = '') => (await person.get(`support/chat/messages${query}`)).data;
const textsOf = ({ items }: { items: { text: string }[] }) => items.map(({ text }) => text);

async function aChat(text = 'I cannot sign in on my television') {
  const [user, agent] = [await asViewer(), await asStaff('support')];
  const { data } = await say(user, text);
  return { user, agent, threadId: data.threadId as string, first: data };
}

describe('the chat with support', () => {
  it('is empty before the first message, and then one thread a user, newest first, by cursor', async () => {
    const { user, threadId, first } = await aChat('One');
    expect(first).toMatchObject({ seq: 1, from: 'user', text: 'One', author: { id: user.userId }, readAt: null });
    await Promise.all([say(user, 'Two'), say(user, 'Three')]);
    const all = await read(user);
    expect(all).toMatchObject({ threadId, unread: 0 });
    expect(all.items.map(({ seq }: { seq: number }) => seq)).toEqual([3, 2, 1]);
    const page = await read(user, '?perPage=2');
    const rest = await read(user, `?perPage=2&cursor=${page.pagination.nextCursor}`);
    expect([...textsOf(page), ...textsOf(rest)]).toEqual(textsOf(all));
    expect(rest.pagination.nextCursor).toBeNull();
    expect(await read(await asViewer())).toMatchObject({ items: [], threadId: null, unread: 0 });
  });

  it('makes one thread when a user writes twice at the same time', async () => {
    const user = await asViewer();
    const sent = await Promise.all([say(user, 'Hello'), say(user, 'Anybody?')]);
    expect(new Set(sent.map(({ data }) => data.threadId)).size).toBe(1);
    expect(sent.map(({ data }) => data.seq).toSorted()).toEqual([1, 2]);
  });

  it('keeps one message when it is sent again, also at the same time', async () => {
    const [user, id] = [await asViewer(), newId()];
    const sent = await Promise.all([say(user, 'Once', { id }), say(user, 'Once', { id }), say(user, 'Once', { id })]);
    sent.push(await say(user, 'Once', { id }), await say(user, 'Once', { id: id.toUpperCase() }));
    expect(new Set(sent.map(({ data }) => data.id)).size).toBe(1);
    expect((await read(user)).items).toHaveLength(1);
  });

  it('takes five messages at once, and then asks to wait', async () => {
    const user = await asViewer();
    const sent = await Promise.all([1, 2, 3, 4, 5, 6, 7].map((number) => say(user, `Message ${number}`)));
    const refused = sent.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(2);
    expect(refused[0]?.error).toMatchObject({ code: 'TOO_FAST', details: { retryAfterMs: 1_500 } });
    expect(refused[0]?.headers.get('retry-after')).toBe('2');
    expect((await read(user)).items.map(({ seq }: { seq: number }) => seq)).toEqual([5, 4, 3, 2, 1]);
  });

  it('keeps any script and script’s text, and refuses control characters and what is too long', async () => {
    const user = await asViewer();
    const text = 'Merhaba <script>alert(1)</script> 👋🏽 שלום';
    await say(user, text);
    expect(textsOf(await read(user))).toEqual([text]);
    for (const bad of ['', '   ', 'a\u0000b', 'x'.repeat(2_001)]) expect((await say(user, bad)).status).toBe(422);
    expect((await say(user, 'x'.repeat(2_000))).status).toBe(201);
  });

  it('is shut for a banned user', async () => {
    const { user } = await aChat();
    await env.DB.prepare(`UPDATE users SET status = 'banned' WHERE id = ?`).bind(user.userId).run();
    expect((await say(user, 'Why?')).status).toBe(403);
  });
});

describe('an answer by staff', () => {
  it('reaches the user, is assigned to the first who answers, marks the question as read and is logged', async () => {
    const { user, agent, threadId } = await aChat('Question');
    const other = await asStaff('admin_l2');
    const answer = await say(agent, 'Answer', { threadId });
    expect(answer.data).toMatchObject({ from: 'staff', seq: 2, author: { id: agent.userId } });
    await say(other, 'And more', { threadId });
    const mine = await read(user);
    expect(mine).toMatchObject({ unread: 2 });
    expect(mine.items[2]).toMatchObject({ text: 'Question', readAt: answer.data.at });
    const thread = await env.DB.prepare('SELECT assignee_id, waiting_since FROM support_threads WHERE id = ?')
      .bind(threadId)
      .first();
    expect(thread).toEqual({ assignee_id: agent.userId, waiting_since: null });
    const { results } = await env.DB.prepare(
      'SELECT staff_id, action, subject_id FROM staff_log WHERE target_id = ? ORDER BY id',
    )
      .bind(threadId)
      .all();
    expect(results[0]).toEqual({ staff_id: agent.userId, action: 'support-chat.answer', subject_id: user.userId });
    expect(results).toHaveLength(2);
  });

  it('is refused to other users, to staff without the permission and outside a country admin’s country', async () => {
    const user = await asUser({ country: 'DE' });
    const { threadId, id } = (await say(user, 'Hallo')).data;
    const denied = [
      await asViewer(),
      await asStaff('admin_l3', { denied: ['canManageTickets'] }),
      await asStaff('country_admin', { country: 'FR' }),
    ];
    for (const person of denied) {
      expect((await say(person, 'Let me see', { threadId })).error.code).toBe('THREAD_NOT_FOUND');
      expect((await person.get(`support/chat/messages?threadId=${threadId}`)).error.code).toBe('THREAD_NOT_FOUND');
      expect((await person.post('support/chat/join', { threadId })).error.code).toBe('THREAD_NOT_FOUND');
      expect((await person.put(`support/chat/${id}/read`)).error.code).toBe('MESSAGE_NOT_FOUND');
    }
    const admin = await asStaff('country_admin', { country: 'DE' });
    expect((await say(admin, 'Guten Tag', { threadId })).status).toBe(201);
  });

  it('comes from a user when staff write in their own chat, and passes a block', async () => {
    const { user, agent, threadId } = await aChat();
    await user.post(`social/block/${agent.userId}`);
    expect((await say(agent, 'Still here', { threadId })).status).toBe(201);
    expect((await say(agent, 'I need help myself')).data).toMatchObject({ from: 'user' });
  });
});

describe('marking as read', () => {
  it('marks a message and all before it, of the other side only, and repeating it changes nothing', async () => {
    const { user, agent, threadId } = await aChat('Question');
    const [first, second, third] = [
      await say(agent, 'One', { threadId }),
      await say(agent, 'Two', { threadId }),
      await say(agent, 'Three', { threadId }),
    ];
    const marked = await user.put(`support/chat/${second?.data.id}/read`);
    expect(marked.data).toMatchObject({ threadId, messageId: second?.data.id, seq: 3, by: 'user' });
    const after = await read(user);
    expect(after.unread).toBe(1);
    expect(after.items.map(({ readAt }: { readAt: string | null }) => readAt !== null)).toEqual([
      false,
      true,
      true,
      true,
    ]);
    expect((await user.put(`support/chat/${first?.data.id}/read`)).status).toBe(200);
    expect((await read(user)).items).toEqual(after.items);
    await agent.put(`support/chat/${third?.data.id}/read`); // their own side's: still unread by the user
    expect((await read(user)).unread).toBe(1);
    expect((await user.put('support/chat/nothing/read')).error.code).toBe('MESSAGE_NOT_FOUND');
  });
});

describe('the list of chats', () => {
  it('has those that wait first, the longest waiting on top, then the answered ones', async () => {
    const agent = await asStaff('support', {});
    const country = 'IS';
    const admin = await asStaff('country_admin', { country }); // sees no chats of the other tests
    const users = await Promise.all([1, 2, 3].map(() => asUser({ country })));
    const threads: string[] = [];
    for (const [index, user] of users.entries()) threads.push((await say(user, `Question ${index}`)).data.threadId);
    await say(agent, 'Answer', { threadId: threads[0] });
    await say(users[1] as Person, 'Hello?');
    const list = (await admin.get('support/chat/threads')).data.items;
    expect(list.map(({ id }: { id: string }) => id)).toEqual([threads[1], threads[2], threads[0]]);
    expect(list[0]).toMatchObject({
      user: { id: users[1]?.userId },
      lastMessage: { text: 'Hello?', from: 'user' },
      unread: 2,
      assignee: null,
      status: 'open',
    });
    expect(list[2]).toMatchObject({
      lastMessage: { text: 'Answer', from: 'staff' },
      unread: 0,
      assignee: { id: agent.userId },
      status: 'answered',
      waitingSince: null,
    });
    const page = (await admin.get('support/chat/threads?perPage=2')).data;
    const rest = (await admin.get(`support/chat/threads?perPage=2&cursor=${page.pagination.nextCursor}`)).data;
    expect([...page.items, ...rest.items]).toEqual(list);
    expect((await admin.get('support/chat/threads?status=answered')).data.items).toHaveLength(1);
    expect((await admin.get('support/chat/threads?status=open')).data.items).toHaveLength(2);
  });

  it('is for staff who manage tickets, and leaves out chats without a message', async () => {
    const [user, country] = [await asUser({ country: 'FO' }), 'FO'];
    await user.post('support/chat/join', {});
    expect((await (await asStaff('country_admin', { country })).get('support/chat/threads')).data.items).toEqual([]);
    expect((await user.get('support/chat/threads')).status).toBe(403);
  });
});
