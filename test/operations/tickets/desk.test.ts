/** How staff work through tickets: lists, status, assignment, notes, ready-made answers, merging. */

import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { sweepOut } from '#test/support/queues';
import { aReply, aTicket, noticesOf, staffLogOf, TICKET } from '#test/support/tickets';
import { asStaff, asUser, asViewer, type Person } from '#test/support/users';
import type { Context } from '@/contracts/context';
import { changeStatus } from '@/domains/operations/tickets/decide';
import { mergeTicket } from '@/domains/operations/tickets/merge';
import { replyToTicket } from '@/domains/operations/tickets/reply';
import { clearTicketViews } from '@/domains/operations/tickets/sweep';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { HOUR_MS, MINUTE_MS } from '@/shared/time';

const idsOf = async (agent: Person, query: string): Promise<string[]> => {
  const answer = await agent.get(`support/tickets?${query}`);
  expect([query, answer.status]).toEqual([query, 200]);
  return answer.data.items.map(({ id }: { id: string }) => id);
};

describe('the list', () => {
  it('is filtered by status, category, priority, assignee and user, alone and together', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const safety = await aTicket(viewer, { category: 'safety' });
    const technical = await aTicket(viewer);
    const mine = `userId=${viewer.userId}`;
    await agent.put(`support/tickets/${safety.id}/assign`, { assigneeId: agent.userId });
    await agent.put(`support/tickets/${technical.id}/status`, { status: 'resolved' });
    expect(await idsOf(agent, mine)).toEqual([technical.id, safety.id]);
    for (const [query, ids] of [
      ['status=open', [safety.id]],
      ['status=resolved', [technical.id]],
      ['category=safety', [safety.id]],
      ['priority=normal', [technical.id]],
      ['assignee=me', [safety.id]],
      ['assignee=none', [technical.id]],
      [`assignee=${agent.userId}`, [safety.id]],
      ['status=open&category=safety&priority=high&assignee=me', [safety.id]],
      ['status=resolved&category=safety', []],
      [`q=${technical.number}`, [technical.id]],
    ] as const)
      expect([query, await idsOf(agent, `${mine}&${query}`)]).toEqual([query, ids]);
  });

  it('finds a ticket by its number as people write it, and all of a user by their name', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const { id, number } = await aTicket(viewer);
    expect(await idsOf(agent, `q=${number.toLowerCase().replaceAll('-', '')}`)).toEqual([id]);
    expect(await idsOf(agent, `q=@${viewer.username.toUpperCase()}`)).toEqual([id]);
    expect(await idsOf(agent, 'q=nobody_has_this_name')).toEqual([]);
  });

  it('shows user, assignee and deadlines, and is paged', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    for (const subject of ['one', 'two', 'three']) await aTicket(viewer, { subject });
    const first = (await agent.get(`support/tickets?userId=${viewer.userId}&perPage=2`)).data;
    expect(first.items[0]).toMatchObject({
      subject: 'three',
      user: { id: viewer.userId },
      assignee: null,
      service: { dueAt: expect.any(String), breached: false },
    });
    const next = `support/tickets?userId=${viewer.userId}&perPage=2&cursor=${first.pagination.nextCursor}`;
    expect((await agent.get(next)).data.items).toMatchObject([{ subject: 'one' }]);
  });

  it('has what is overdue, the longest first, and pages through it', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const ids: string[] = [];
    for (const subject of ['a', 'b', 'c']) ids.push((await aTicket(viewer, { subject })).id);
    const late = env.DB.prepare('UPDATE tickets SET respond_by = ?2, due_at = ?2 WHERE id = ?1');
    await env.DB.batch([late.bind(ids[0], Date.now() - HOUR_MS), late.bind(ids[1], Date.now() - 2 * HOUR_MS)]);
    const query = `support/tickets?breached=true&userId=${viewer.userId}&perPage=1`;
    const first = (await agent.get(query)).data;
    expect(first.items).toMatchObject([{ id: ids[1], service: { breached: true } }]);
    const second = (await agent.get(`${query}&cursor=${first.pagination.nextCursor}`)).data;
    expect(second.items).toMatchObject([{ id: ids[0] }]);
    expect(second.pagination.nextCursor).toBeNull();
    await aReply(agent, ids[0] ?? '', 'Sorry for the wait.');
    expect(await idsOf(agent, `breached=true&userId=${viewer.userId}`)).toEqual([ids[1]]);
  });

  it('is for staff who manage tickets', async () => {
    expect((await (await asViewer()).get('support/tickets')).error.code).toBe('PERMISSION_REQUIRED');
    const denied = await asStaff('admin_l3', { denied: ['canManageTickets'] });
    expect((await denied.get('support/tickets')).error.code).toBe('PERMISSION_REQUIRED');
  });
});

describe('the status', () => {
  it('is changed by staff, which notifies the user and is logged, and a repeat changes nothing', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const { id } = await aTicket(viewer);
    const move = (status: string) => agent.put(`support/tickets/${id}/status`, { status });
    expect((await move('resolved')).data).toMatchObject({ status: 'resolved', service: { dueAt: null } });
    expect((await move('resolved')).status).toBe(200);
    expect((await move('pending')).error.code).toBe('TICKET_STATUS_NOT_ALLOWED');
    expect((await staffLogOf(id)).map(({ action }) => action)).toEqual(['ticket.status']);
    await expect.poll(() => noticesOf(viewer, 'ticket')).toMatchObject([{ data: { ticketId: id } }]);
  });

  it('is changed by one of two who do at the same time', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const { id } = await aTicket(viewer);
    const answers = await Promise.all(
      ['resolved', 'closed'].map((status) => agent.put(`support/tickets/${id}/status`, { status })),
    );
    const refused = answers.filter(({ status }) => status !== 200);
    for (const { error } of refused) expect(error.code).toMatch(/^TICKET_(CHANGED|STATUS_NOT_ALLOWED)$/);
    expect(await staffLogOf(id)).toHaveLength(2 - refused.length);
  });

  it('of their own ticket is not for staff', async () => {
    const agent = await asStaff('admin_l3');
    const { id } = await aTicket(agent);
    expect((await agent.put(`support/tickets/${id}/status`, { status: 'resolved' })).error.code).toBe(
      'TICKET_OUT_OF_REACH',
    );
    expect((await aReply(agent, id, 'Hello?')).author.kind).toBe('user');
  });
});

describe('assigning', () => {
  it('is to staff who manage tickets in the country, tells them, and can be undone', async () => {
    const [viewer, agent] = [await asUser({ country: 'FR' }), await asStaff('support')];
    const { id } = await aTicket(viewer);
    const assign = (by: Person, assigneeId: string | null) => by.put(`support/tickets/${id}/assign`, { assigneeId });
    const other = await asStaff('admin_l1');
    expect((await assign(agent, other.userId)).data.assignee.id).toBe(other.userId);
    await expect.poll(() => noticesOf(other, 'ticket-assigned')).toMatchObject([{ data: { ticketId: id } }]);
    await aReply(viewer, id, 'Any news?');
    await expect.poll(() => noticesOf(other, 'ticket-assigned')).toHaveLength(2);
    for (const nobody of [
      viewer,
      await asViewer(),
      await asStaff('support', { denied: ['canManageTickets'] }),
      await asStaff('country_admin', { country: 'DE' }),
    ])
      expect((await assign(agent, nobody.userId)).error.code).toBe('ASSIGNEE_NOT_FOUND');
    expect((await assign(agent, null)).data.assignee).toBeNull();
    expect((await assign(agent, null)).status).toBe(200);
    expect(await staffLogOf(id)).toHaveLength(2);
  });
});

/** A ticket that waits for its user. */
async function assignedTicket(viewer: Person, agent: Person) {
  const { id } = await aTicket(viewer);
  await agent.put(`support/tickets/${id}/assign`, { assigneeId: agent.userId });
  await aReply(agent, id, 'Which browser do you use?');
  return id;
}

const turnOffTwoFactor = ({ userId }: Person) =>
  env.DB.prepare('UPDATE users SET totp_enabled_at = NULL WHERE id = ?').bind(userId).run();

describe('an assignee', () => {
  it.each([
    ['lost the rank', (owner: Person, agent: Person) => owner.put(`admin/staff/${agent.userId}`, { rank: null })],
    [
      'lost the permission',
      (owner: Person, agent: Person) =>
        owner.put(`admin/staff/${agent.userId}`, { rank: 'support', denied: ['canManageTickets'] }),
    ],
    [
      'was banned',
      (owner: Person, agent: Person) =>
        owner.put(`admin/user/${agent.userId}/status`, { status: 'banned', reason: 'Sold data.' }),
    ],
  ])('who %s has no tickets and support chats any longer', async (_, leave) => {
    const [viewer, agent, owner] = [await asViewer(), await asStaff('support'), await asStaff('owner')];
    const id = await assignedTicket(viewer, agent);
    const { threadId } = (await viewer.post('support/chat/send', { text: 'Help' })).data;
    await agent.post('support/chat/send', { threadId, text: 'Yes?' });
    const left = await leave(owner, agent);
    expect([left.status, left.error]).toEqual([200, undefined]);
    expect((await owner.get(`support/tickets/${id}`)).data.assignee).toBeNull();
    const thread = await env.DB.prepare('SELECT assignee_id AS assigneeId FROM support_threads WHERE id = ?')
      .bind(threadId)
      .first();
    expect(thread).toEqual({ assigneeId: null });
    await aReply(viewer, id, 'Firefox.');
    await expect.poll(() => noticesOf(owner, 'ticket-waiting')).toMatchObject([{ data: { ticketId: id } }]);
    const gone = await env.DB.prepare(
      "SELECT count(*) AS notices FROM notifications WHERE user_id = ? AND kind = 'ticket-assigned'",
    )
      .bind(agent.userId)
      .first();
    expect(gone).toEqual({ notices: 0 });
  });

  it('whose rank is dormant gets no ticket, and loses one once its user replies', async () => {
    const [viewer, agent, other] = [await asViewer(), await asStaff('support'), await asStaff('support')];
    const id = await assignedTicket(viewer, agent);
    await turnOffTwoFactor(agent);
    await aReply(viewer, id, 'Firefox.');
    await expect.poll(() => noticesOf(other, 'ticket-waiting')).toMatchObject([{ data: { ticketId: id } }]);
    expect((await other.get(`support/tickets/${id}`)).data.assignee).toBeNull();
    const again = await other.put(`support/tickets/${id}/assign`, { assigneeId: agent.userId });
    expect([again.status, again.error.code]).toEqual([404, 'ASSIGNEE_NOT_FOUND']);
  });
});

describe('a refusal of staff', () => {
  it('at a ticket or a chat that users share with staff is in the staff log', async () => {
    const [french, german, owner] = [
      await asUser({ country: 'FR' }),
      await asStaff('country_admin', { country: 'DE' }),
      await asStaff('owner'),
    ];
    const { id } = await aTicket(french);
    const { threadId } = (await french.post('support/chat/send', { text: 'Help' })).data;
    expect((await german.post(`support/tickets/${id}/reply`, { text: 'Hi' })).status).toBe(404);
    expect((await german.post('support/chat/send', { threadId, text: 'Hi' })).status).toBe(404);
    expect((await german.post('support/chat/join', { threadId })).status).toBe(404);
    const { data } = await owner.get(`admin/logs?staffId=${german.userId}&outcome=refused`);
    expect(data.items).toMatchObject([
      { action: 'joinSupportChat', code: 'THREAD_NOT_FOUND' },
      { action: 'sendToSupport', code: 'THREAD_NOT_FOUND' },
      { action: 'replyToTicket', code: 'TICKET_NOT_FOUND', targetId: id },
    ]);
  });
});

describe('category and priority', () => {
  it('are changed by staff, and move the deadlines', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const { id, createdAt } = await aTicket(viewer);
    const { data } = await agent.put(`support/tickets/${id}`, { category: 'safety', priority: 'urgent' });
    expect(data).toMatchObject({ category: 'safety', priority: 'urgent' });
    expect(Date.parse(data.service.dueAt) - Date.parse(createdAt)).toBe(HOUR_MS);
    expect((await agent.put(`support/tickets/${id}`, { priority: 'urgent' })).status).toBe(200);
    expect((await staffLogOf(id)).map(({ action }) => action)).toEqual(['ticket.change']);
  });
});

describe('a note', () => {
  it('is seen by staff alone, and changes nothing for the user', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const ticket = await aTicket(viewer);
    const note = await aReply(agent, ticket.id, 'Looks like a known bug.', { internal: true });
    expect(note).toMatchObject({ internal: true, ticket: { status: 'open' } });
    expect((await viewer.get(`support/tickets/${ticket.id}`)).data).toEqual(ticket);
    const seen = (await agent.get(`support/tickets/${ticket.id}`)).data;
    expect(seen.replies).toMatchObject([{ id: note.id, internal: true }]);
    expect(seen.firstRespondedAt).toBeNull();
    expect(await noticesOf(viewer, 'ticket-reply')).toEqual([]);
  });

  it('can be added to a closed ticket, which takes no answer until it is reopened', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const { id } = await aTicket(viewer);
    await viewer.put(`support/tickets/${id}/close`);
    await aReply(agent, id, 'They found it themselves.', { internal: true });
    const answer = await agent.post(`support/tickets/${id}/reply`, { text: 'One more thing.' });
    expect([answer.status, answer.error.code]).toEqual([409, 'TICKET_CLOSED']);
    await agent.put(`support/tickets/${id}/status`, { status: 'open' });
    await aReply(agent, id, 'One more thing.');
  });
});

describe('the same text', () => {
  it('as a note and as an answer is written twice, and as two notes at once only once', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const { id } = await aTicket(viewer);
    const notes = await Promise.all([1, 2].map(() => aReply(agent, id, 'On it', { internal: true })));
    expect(new Set(notes.map((note) => note.id)).size).toBe(1);
    const answer = await aReply(agent, id, 'On it');
    expect(answer).toMatchObject({ internal: false, ticket: { status: 'pending' } });
    expect((await agent.get(`support/tickets/${id}`)).data.replies).toHaveLength(2);
  });
});

describe('ready-made answers', () => {
  it('are added, changed, taken off the list, and filled in when they are used', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const id = newId();
    const path = `support/canned-answers/${id}`;
    const body = { title: `Reload ${id}`, text: 'Hi {{name}}, please reload. {{agent}} ({{number}}, {{subject}})' };
    const first = await agent.put(path, body);
    expect(first.data).toMatchObject({ id, ...body, category: null, active: true });
    expect((await agent.put(path, body)).data).toEqual(first.data);
    expect((await agent.put(`support/canned-answers/${id.toUpperCase()}`, body)).data).toEqual(first.data);
    expect((await staffLogOf(id)).map(({ action }) => action)).toEqual(['canned-answer.add']);
    const ticket = await aTicket(viewer);
    const reply = await agent.post(`support/tickets/${ticket.id}/reply`, { cannedAnswerId: id });
    expect(reply.data.text).toBe(
      `Hi ${viewer.username}, please reload. ${agent.username} (${ticket.number}, ${TICKET.subject})`,
    );
    await agent.put(path, { ...body, category: 'billing', active: false });
    const listed = async (query: string) =>
      (await agent.get(`support/canned-answers${query}`)).data.items.map((one: { id: string }) => one.id);
    expect(await listed('')).not.toContain(id);
    expect(await listed('?all=true&category=billing')).toContain(id);
    const gone = await agent.post(`support/tickets/${ticket.id}/reply`, { cannedAnswerId: id });
    expect([gone.status, gone.error.code]).toEqual([404, 'CANNED_ANSWER_NOT_FOUND']);
  });

  it('with an unknown variable are 422, which names those that exist', async () => {
    const answer = await (await asStaff('support')).put(`support/canned-answers/${newId()}`, {
      title: 'Hi',
      text: 'Hi {{nmae}}',
    });
    expect(answer.status).toBe(422);
    expect(answer.error.details).toMatchObject([{ path: 'text', message: expect.stringContaining('{{name}}') }]);
  });
});

describe('merging', () => {
  it('shows the replies of both, and sends what is written to the duplicate to the other', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const [kept, duplicate, third] = [
      await aTicket(viewer),
      await aTicket(viewer, { subject: 'Again' }),
      await aTicket(viewer, { subject: 'And again' }),
    ];
    await aReply(viewer, third.id, 'In the third');
    await aReply(viewer, kept.id, 'In the first');
    const merge = (id: string, intoId: string) => agent.put(`support/tickets/${id}/merge`, { intoId });
    expect((await merge(third.id, duplicate.id)).status).toBe(200);
    const merged = (await merge(duplicate.id, kept.id)).data;
    expect(merged).toMatchObject({ id: kept.id, merged: [{ id: duplicate.id }, { id: third.id }] });
    expect(merged.replies.map(({ text }: { text: string }) => text)).toEqual(['In the third', 'In the first']);
    expect((await aReply(viewer, third.id, 'Hello?')).ticket.id).toBe(kept.id);
    expect((await viewer.get(`support/tickets/${duplicate.id}`)).data).toMatchObject({
      status: 'closed',
      mergedInto: kept.id,
    });
    expect((await merge(duplicate.id, kept.id)).status).toBe(200);
    expect((await agent.put(`support/tickets/${duplicate.id}/status`, { status: 'open' })).error.code).toBe(
      'TICKET_MERGED',
    );
  });

  it('of an open duplicate opens a ticket that waits for its user, and its assignee is notified', async () => {
    const [viewer, agent, other] = [await asViewer(), await asStaff('support'), await asStaff('support')];
    const one = await aTicket(viewer);
    await agent.put(`support/tickets/${one.id}/assign`, { assigneeId: other.userId });
    await aReply(agent, one.id, 'Which browser do you use?');
    const two = await aTicket(viewer, { subject: 'Firefox', description: 'I use Firefox.' });
    const { data } = await agent.put(`support/tickets/${two.id}/merge`, { intoId: one.id });
    expect(data).toMatchObject({ id: one.id, status: 'open', service: { dueAt: expect.any(String) } });
    const titles = async () => (await noticesOf(other, 'ticket-assigned')).map(({ title }: { title: string }) => title);
    await expect.poll(titles).toHaveLength(2);
    expect((await titles())[0]).toContain('A question was merged into your ticket');
  });

  it('is for two tickets of one user, and into one that is not closed', async () => {
    const [viewer, other, agent] = [await asViewer(), await asViewer(), await asStaff('support')];
    const [one, two, foreign] = [
      await aTicket(viewer),
      await aTicket(viewer, { subject: 'Two' }),
      await aTicket(other),
    ];
    const merge = async (id: string, intoId: string) =>
      (await agent.put(`support/tickets/${id}/merge`, { intoId })).error;
    expect((await merge(one.id, one.id)).code).toBe('TICKETS_NOT_MERGEABLE');
    expect((await merge(one.id, foreign.id)).code).toBe('TICKETS_NOT_MERGEABLE');
    expect((await merge(one.id, newId())).code).toBe('TICKET_NOT_FOUND');
    await viewer.put(`support/tickets/${two.id}/close`);
    expect((await merge(one.id, two.id)).code).toBe('TICKETS_NOT_MERGEABLE');
  });

  it('of two into each other at the same time leaves one', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const [one, two] = [await aTicket(viewer), await aTicket(viewer, { subject: 'Two' })];
    const answers = await Promise.all([
      agent.put(`support/tickets/${one.id}/merge`, { intoId: two.id }),
      agent.put(`support/tickets/${two.id}/merge`, { intoId: one.id }),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  });
});

describe('beside a ticket', () => {
  it('staff see who else is on it, other tickets and the device, and more if they may', async () => {
    const [viewer, agent, owner] = [await asViewer(), await asStaff('support'), await asStaff('owner')];
    const [first, ticket] = [await aTicket(viewer), await aTicket(viewer, { subject: 'Coins' })];
    await env.DB.prepare(
      `INSERT INTO decisions (id, subject_id, action, rule, reason, target_type, target_id, staff_id, created_at)
       VALUES (?1, ?2, 'warn', 'spam', 'Too many links', 'user', ?2, ?3, 1)`,
    )
      .bind(newId(), viewer.userId, owner.userId)
      .run();
    const beside = async (by: Person) => (await by.get(`support/tickets/${ticket.id}`)).data.beside;
    const seen = await beside(agent);
    expect(seen).toMatchObject({
      viewers: [],
      tickets: [{ id: first.id, number: first.number }],
      sanctions: [{ action: 'warn', rule: 'spam' }],
      purchases: [],
      device: { userAgent: 'test' },
    });
    expect(seen.sanctions[0]).not.toHaveProperty('reason');
    await expect.poll(async () => (await beside(owner)).viewers).toMatchObject([{ card: { id: agent.userId } }]);
    expect((await beside(owner)).sanctions).toMatchObject([{ reason: 'Too many links' }]);
    await env.DB.prepare('UPDATE ticket_viewers SET seen_at = seen_at - 121000').run();
    expect((await beside(owner)).viewers).toEqual([]);
  });

  it('has only who looked at it within two minutes', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const { id } = await aTicket(viewer);
    await agent.get(`support/tickets/${id}`);
    const views = () =>
      env.DB.prepare('SELECT count(*) AS n FROM ticket_viewers WHERE ticket_id = ?').bind(id).first<number>('n');
    await expect.poll(views).toBe(1);
    await sweepOut(clearTicketViews, testContext());
    expect(await views()).toBe(1);
    const ctx = testContext();
    await sweepOut(clearTicketViews, { ...ctx, now: () => ctx.now() + 2 * MINUTE_MS });
    expect(await views()).toBe(0);
  });
});

describe('a write of staff who lost their rank a moment ago', () => {
  it.each<[string, (ctx: Context, actor: Actor, id: string, other: string) => Promise<unknown>]>([
    ['a status', (ctx, actor, id) => changeStatus(ctx, actor, id, 'resolved')],
    ['a merge', (ctx, actor, id, other) => mergeTicket(ctx, actor, id, other)],
    [
      'an answer',
      (ctx, actor, id) => replyToTicket(ctx, actor, id, { text: 'Hello', attachmentIds: [], internal: false }),
    ],
    ['a note', (ctx, actor, id) => replyToTicket(ctx, actor, id, { text: 'Hello', attachmentIds: [], internal: true })],
  ])('is refused: %s', async (_, write) => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const { id } = await aTicket(viewer);
    const other = await aTicket(viewer, { subject: 'Another' });
    const staff = { rank: 'admin_l1', granted: [], denied: [], country: null } as const;
    const actor = { ...agent, staff } as unknown as Actor; // what the request began with
    await expect(write(testContext(), actor, id, other.id)).rejects.toMatchObject({ code: 'TICKET_CHANGED' });
    expect((await agent.get(`support/tickets/${id}`)).data).toMatchObject({ status: 'open', replies: [] });
  });
});
