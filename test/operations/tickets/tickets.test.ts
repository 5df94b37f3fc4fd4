/** What a user does with tickets: open, reply, close, rate. */
import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { sweepOut } from '#test/support/queues';
import { aFile, aReply, aTicket, noticesOf, TICKET, textFile } from '#test/support/tickets';
import { asStaff, asUser, asViewer, type Person } from '#test/support/users';
import { commit } from '@/db/commit';
import { change } from '@/domains/operations/tickets/change';
import { closeResolvedTickets } from '@/domains/operations/tickets/sweep';
import { tickets } from '@/domains/operations/tickets/tables';
import { newId } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';

describe('a new ticket', () => {
  it('has a number to say, and a priority by its category', async () => {
    const viewer = await asViewer();
    const ticket = await aTicket(viewer, { category: 'safety' });
    expect(ticket).toMatchObject({
      ...TICKET,
      category: 'safety',
      number: expect.stringMatching(/^T-\w{4}-\w{4}$/),
      priority: 'high',
      status: 'open',
      replies: [],
      attachments: [],
      firstRespondedAt: null,
      resolvedAt: null,
      rating: null,
    });
    expect((await viewer.get(`support/tickets/${ticket.id}`)).data).toEqual(ticket);
    expect((await viewer.get('support/tickets/my')).data.items).toMatchObject([{ id: ticket.id, replyCount: 0 }]);
  });

  it('shows its user nothing that is for staff', async () => {
    const viewer = await asViewer();
    const ticket = await aTicket(viewer);
    for (const field of ['user', 'assignee', 'service', 'beside']) expect(ticket).not.toHaveProperty(field);
  });

  it('is opened once if the request is sent twice, one after the other or at the same time', async () => {
    const viewer = await asViewer();
    const first = await aTicket(viewer);
    const again = await viewer.post('support/tickets', TICKET);
    expect([again.status, again.data.id]).toEqual([200, first.id]);
    const other = { ...TICKET, subject: 'No sound' };
    const answers = await Promise.all([1, 2, 3].map(() => viewer.post('support/tickets', other)));
    expect(new Set(answers.map(({ data }) => data.id)).size).toBe(1);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 201]);
    expect((await viewer.get('support/tickets/my')).data.items).toHaveLength(2);
  });

  it('is another one if it has another file', async () => {
    const viewer = await asViewer();
    const first = await aTicket(viewer);
    const attachmentIds = [await aFile(viewer, textFile('a\n'), 'text/plain', 'a.log')];
    const second = await viewer.post('support/tickets', { ...TICKET, attachmentIds });
    expect([second.status, second.data.attachments]).toMatchObject([201, [{ id: attachmentIds[0] }]]);
    const again = await viewer.post('support/tickets', { ...TICKET, attachmentIds });
    expect([again.status, again.data.id]).toEqual([200, second.data.id]);
    expect(second.data.id).not.toBe(first.id);
  });

  it('tells staff who manage tickets, and no others', async () => {
    const [support, denied] = [await asStaff('support'), await asStaff('support', { denied: ['canManageTickets'] })];
    await aTicket(await asViewer());
    await expect.poll(() => noticesOf(support, 'ticket-waiting')).toHaveLength(1);
    expect(await noticesOf(denied, 'ticket-waiting')).toEqual([]);
  });

  it.each([
    ['an unknown category', { category: 'love' }],
    ['a blank subject', { subject: ' \u200b ' }],
    ['a subject of two lines', { subject: 'a\nb' }],
    ['no description', { description: undefined }],
    ['a text that is too long', { description: 'a'.repeat(5_001) }],
    ['six files', { attachmentIds: Array.from({ length: 6 }, newId) }],
    ['an unknown field', { status: 'closed' }],
  ])('is 422 with %s', async (_, changes) => {
    const answer = await (await asViewer()).post('support/tickets', { ...TICKET, ...changes });
    expect([answer.status, answer.error.code]).toEqual([422, 'VALIDATION_FAILED']);
  });

  it('is refused beyond the daily limit, which says when there are more', async () => {
    const viewer = await asViewer();
    await env.DB.prepare(
      "INSERT INTO daily_budgets (user_id, kind, started_at, used, allowed) VALUES (?, 'support', ?, 20, 20)",
    )
      .bind(viewer.userId, Date.now())
      .run();
    const answer = await viewer.post('support/tickets', TICKET);
    expect([answer.status, answer.error.code]).toEqual([429, 'DAILY_BUDGET_SPENT']);
    expect(answer.error.message).toContain('20 messages to support a day');
    expect(answer.headers.get('retry-after')).not.toBeNull();
  });

  it('needs a verified address', async () => {
    const answer = await (await asUser({ verified: false })).post('support/tickets', TICKET);
    expect([answer.status, answer.error.code]).toEqual([403, 'EMAIL_NOT_VERIFIED']);
  });
});

describe("a stranger's ticket", () => {
  it('does not exist, whatever one tries', async () => {
    const [owner, stranger] = [await asViewer(), await asViewer()];
    const { id } = await aTicket(owner);
    const answers = await Promise.all([
      stranger.get(`support/tickets/${id}`),
      stranger.post(`support/tickets/${id}/reply`, { text: 'Mine too' }),
      stranger.put(`support/tickets/${id}/close`),
      stranger.put(`support/tickets/${id}/rating`, { rating: 1 }),
    ]);
    for (const { status, error } of answers) expect([status, error.code]).toEqual([404, 'TICKET_NOT_FOUND']);
    expect((await owner.get(`support/tickets/${id}`)).data).toMatchObject({
      status: 'open',
      replies: [],
      rating: null,
    });
  });

  it('does not exist for a country admin of another country', async () => {
    const owner = await asUser({ country: 'FR' });
    const { id } = await aTicket(owner);
    const [german, french] = [
      await asStaff('country_admin', { country: 'DE' }),
      await asStaff('country_admin', { country: 'FR' }),
    ];
    expect((await german.get(`support/tickets/${id}`)).status).toBe(404);
    expect((await german.put(`support/tickets/${id}/status`, { status: 'closed' })).status).toBe(404);
    expect((await german.get(`support/tickets?userId=${owner.userId}`)).data.items).toEqual([]);
    expect((await french.get(`support/tickets/${id}`)).status).toBe(200);
    expect((await french.get(`support/tickets?userId=${owner.userId}`)).data.items).toHaveLength(1);
  });
});

async function age(ticketId: string) {
  const longAgo = env.DB.prepare('UPDATE tickets SET status_at = status_at - ? WHERE id = ?');
  await longAgo.bind(15 * DAY_MS, ticketId).run();
}

/** Closed too long ago to be reopened. */
async function anOldTicket(viewer: Person) {
  const ticket = await aTicket(viewer);
  await viewer.put(`support/tickets/${ticket.id}/close`);
  await age(ticket.id);
  return ticket;
}

describe('a reply', () => {
  it('of staff makes the ticket wait for its user, and notifies them', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const { id, number } = await aTicket(viewer);
    const reply = await aReply(agent, id, 'Which browser do you use?');
    expect(reply).toMatchObject({
      text: 'Which browser do you use?',
      author: { kind: 'staff', card: { id: agent.userId } },
      internal: false,
      ticket: { id, number, status: 'pending', isNew: false },
    });
    const seen = (await viewer.get(`support/tickets/${id}`)).data;
    expect(seen).toMatchObject({ status: 'pending', firstRespondedAt: expect.any(String), replyCount: 1 });
    expect(seen.replies).toMatchObject([{ id: reply.id, author: { kind: 'staff' } }]);
    expect(seen.replies[0]).not.toHaveProperty('internal');
    await expect
      .poll(() => noticesOf(viewer, 'ticket-reply'))
      .toMatchObject([{ data: { ticketId: id, replyId: reply.id }, body: 'Which browser do you use?' }]);
    await expect.poll(() => noticesOf(agent, 'ticket-waiting')).toEqual([]);
  });

  it('of its user reopens what waits for them or is resolved', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const { id } = await aTicket(viewer);
    await aReply(agent, id, 'Try again, please.');
    expect((await aReply(viewer, id, 'Still the same.')).ticket.status).toBe('open');
    expect((await agent.put(`support/tickets/${id}/status`, { status: 'resolved' })).status).toBe(200);
    expect((await aReply(viewer, id, 'No, it came back.')).ticket).toMatchObject({ id, status: 'open', isNew: false });
    expect((await viewer.get(`support/tickets/${id}`)).data.resolvedAt).toBeNull();
  });

  it('is written once if it is sent twice, one after the other or at the same time', async () => {
    const viewer = await asViewer();
    const { id } = await aTicket(viewer);
    const first = await aReply(viewer, id, 'Any news?');
    expect((await aReply(viewer, id, 'Any news?')).id).toBe(first.id);
    const answers = await Promise.all([1, 2, 3].map(() => aReply(viewer, id, 'Hello?')));
    expect(new Set(answers.map((reply) => reply.id)).size).toBe(1);
    expect((await viewer.get(`support/tickets/${id}`)).data.replyCount).toBe(2);
  });

  it('is another one if it has a file that the first one lacks', async () => {
    const viewer = await asViewer();
    const { id } = await aTicket(viewer);
    const first = await aReply(viewer, id, 'See this');
    const attachmentIds = [await aFile(viewer, textFile('a\n'), 'text/plain', 'a.log')];
    const second = await aReply(viewer, id, 'See this', { attachmentIds });
    expect(second.attachments).toMatchObject([{ id: attachmentIds[0] }]);
    expect(second.id).not.toBe(first.id);
  });

  it('by both sides at the same time loses none', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const { id } = await aTicket(viewer);
    await Promise.all([aReply(viewer, id, 'One more thing.'), aReply(agent, id, 'We are looking.')]);
    expect((await viewer.get(`support/tickets/${id}`)).data.replyCount).toBe(2);
  });

  it('within two weeks of closing reopens the ticket', async () => {
    const viewer = await asViewer();
    const { id } = await aTicket(viewer);
    await viewer.put(`support/tickets/${id}/close`);
    expect((await aReply(viewer, id, 'I was too fast.')).ticket).toMatchObject({ id, status: 'open', isNew: false });
  });

  it('two weeks after closing begins one ticket that continues the old one, which later replies reach', async () => {
    const viewer = await asUser({ createdAt: 0 });
    const old = await anOldTicket(viewer);
    const answers = await Promise.all(['It is back.', 'And worse.'].map((text) => aReply(viewer, old.id, text)));
    const [first, second] = answers.map(({ ticket }) => ticket);
    expect(first.id).toBe(second.id);
    expect(first.id).not.toBe(old.id);
    expect(answers.filter(({ ticket }) => ticket.isNew)).toHaveLength(1);
    const { data } = await viewer.get(`support/tickets/${first.id}`);
    expect(data).toMatchObject({ continues: old.id, subject: old.subject, status: 'open', replyCount: 2 });
    expect(data.description).toContain(old.number);
    expect((await aReply(viewer, old.id, 'Still here.')).ticket).toMatchObject({ id: first.id, isNew: false });
    expect((await viewer.get(`support/tickets/${old.id}`)).data).toMatchObject({ status: 'closed', replyCount: 0 });
  });

  it('to an old ticket goes to the ticket that its continuation was merged into', async () => {
    const [viewer, agent] = [await asUser({ createdAt: 0 }), await asStaff('support')];
    const old = await anOldTicket(viewer);
    const { ticket: continuation } = await aReply(viewer, old.id, 'It is back.');
    const other = await aTicket(viewer, { subject: 'Other' });
    const merged = await agent.put(`support/tickets/${continuation.id}/merge`, { intoId: other.id });
    expect(merged.status).toBe(200);
    expect((await aReply(viewer, old.id, 'Hello?')).ticket).toMatchObject({ id: other.id, status: 'open' });
    await viewer.put(`support/tickets/${other.id}/close`);
    await age(other.id);
    const { ticket: next } = await aReply(viewer, old.id, 'Again.');
    expect(next).toMatchObject({ isNew: true, status: 'open' });
    expect((await aReply(viewer, old.id, 'And again.')).ticket).toMatchObject({ id: next.id, isNew: false });
  });

  it('answers the status of the continuation that it reopened', async () => {
    const [viewer, agent] = [await asUser({ createdAt: 0 }), await asStaff('support')];
    const old = await anOldTicket(viewer);
    const { ticket: continuation } = await aReply(viewer, old.id, 'It is back.');
    await aReply(agent, continuation.id, 'Try again.');
    expect((await aReply(viewer, old.id, 'No.')).ticket).toMatchObject({ id: continuation.id, status: 'open' });
    expect((await aReply(viewer, old.id, 'No.')).ticket).toMatchObject({ id: continuation.id, status: 'open' });
  });

  it('is 422 without a text, and if a user writes a note or names a ready-made answer', async () => {
    const viewer = await asViewer();
    const { id } = await aTicket(viewer);
    const bodies = [{}, { text: '' }, { text: 'a', internal: true }, { cannedAnswerId: newId() }];
    for (const body of bodies) {
      const answer = await viewer.post(`support/tickets/${id}/reply`, body);
      expect([body, answer.status]).toEqual([body, 422]);
    }
    expect((await viewer.get(`support/tickets/${id}`)).data.replyCount).toBe(0);
  });

  it('is paged where there are many, oldest first, each page with its own files', async () => {
    const viewer = await asViewer();
    const { id } = await aTicket(viewer);
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 130)
       INSERT INTO ticket_replies (id, ticket_id, author_id, author_kind, text, internal, created_at)
       SELECT printf('%s-%04d', ?1, i), ?1, ?2, 'user', i, 0, i FROM n`,
    )
      .bind(id, viewer.userId)
      .run();
    for (const [file, reply] of [
      ['one', '0001'],
      ['two', '0130'],
    ])
      await env.DB.prepare(
        `INSERT INTO ticket_attachments (id, ticket_id, reply_id, uploader_id, name, content_type, bytes, scan, created_at)
         VALUES (?1 || ?3, ?1, ?1 || '-' || ?4, ?2, ?3, 'text/plain', 1, 'none', 1)`,
      )
        .bind(id, viewer.userId, file, reply)
        .run();
    const first = (await viewer.get(`support/tickets/${id}`)).data;
    const rest = (await viewer.get(`support/tickets/${id}?cursor=${first.nextRepliesCursor}`)).data;
    expect([first.replies.length, rest.replies.length, rest.nextRepliesCursor]).toEqual([100, 30, null]);
    expect([first.replies[0], rest.replies[29]]).toMatchObject([
      { attachments: [{ name: 'one' }] },
      { attachments: [{ name: 'two' }] },
    ]);
    expect([first.replies[0].text, rest.replies[0].text, rest.replies[29].text]).toEqual(['1', '101', '130']);
    expect((await viewer.get(`support/tickets/${id}?cursor=nonsense`)).error.code).toBe('CURSOR_INVALID');
  });
});

describe('closing', () => {
  it('is for its user, as often as they like', async () => {
    const viewer = await asViewer();
    const { id } = await aTicket(viewer);
    const first = await viewer.put(`support/tickets/${id}/close`);
    expect(first.data).toMatchObject({ status: 'closed', resolvedAt: expect.any(String) });
    expect((await viewer.put(`support/tickets/${id}/close`)).data).toEqual(first.data);
  });

  it('happens by itself a week after a ticket was resolved, and not before, and its user is notified', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const { id } = await aTicket(viewer);
    await agent.put(`support/tickets/${id}/status`, { status: 'resolved' });
    const statusOf = async () => (await viewer.get(`support/tickets/${id}`)).data;
    await sweepOut(closeResolvedTickets, testContext());
    expect(await statusOf()).toMatchObject({ status: 'resolved' });
    const ctx = testContext();
    const then = ctx.now() + 7 * DAY_MS;
    const run = () => sweepOut(closeResolvedTickets, { ...ctx, now: () => then });
    await Promise.all([run(), run()]);
    await ctx.settle();
    expect(await statusOf()).toMatchObject({ status: 'closed', resolvedAt: expect.any(String) });
    const titles = async () => (await noticesOf(viewer, 'ticket')).map(({ title }: { title: string }) => title);
    await expect.poll(titles).toEqual([expect.stringContaining('closed'), expect.stringContaining('resolved')]);
  });
});

describe('a rating', () => {
  it('is given once, after the ticket is resolved', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const { id } = await aTicket(viewer);
    const rate = (rating: number) => viewer.put(`support/tickets/${id}/rating`, { rating });
    expect((await rate(5)).error.code).toBe('TICKET_NOT_RATEABLE');
    await agent.put(`support/tickets/${id}/status`, { status: 'resolved' });
    const answers = await Promise.all([rate(4), rate(2)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    const given = answers.find(({ status }) => status === 200)?.data.rating;
    expect((await rate(given)).status).toBe(200);
    expect((await rate(given - 1)).error.code).toBe('TICKET_RATED');
    expect((await rate(6)).status).toBe(422);
  });
});

describe('a change of a ticket', () => {
  it('keeps a rating and an erasure that came between reading and writing', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const { id } = await aTicket(viewer);
    await agent.put(`support/tickets/${id}/status`, { status: 'resolved' });
    const ctx = testContext();
    const [before] = await ctx.db.select().from(tickets).where(eq(tickets.id, id));
    if (!before) throw new Error('No ticket');
    expect((await viewer.put(`support/tickets/${id}/rating`, { rating: 5 })).status).toBe(200);
    await env.DB.prepare("UPDATE tickets SET description = '' WHERE id = ?").bind(id).run();
    await commit(ctx, change(ctx, before, { ...before, status: 'closed', statusAt: ctx.now() }));
    expect((await viewer.get(`support/tickets/${id}`)).data).toMatchObject({
      ...{ rating: 5, description: '', status: 'closed' },
    });
    await expect(commit(ctx, change(ctx, before, { ...before, priority: 'low' }))).rejects.toThrow();
  });

  it('at the same time as a rating keeps both', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const { id } = await aTicket(viewer);
    await agent.put(`support/tickets/${id}/status`, { status: 'resolved' });
    const answers = await Promise.all([
      viewer.put(`support/tickets/${id}/rating`, { rating: 5 }),
      viewer.put(`support/tickets/${id}/close`),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect((await viewer.get(`support/tickets/${id}`)).data).toMatchObject({ rating: 5, status: 'closed' });
  });
});

describe('my tickets', () => {
  it('are paged, newest first, by status, and nobody else is in them', async () => {
    const [viewer, other] = [await asViewer(), await asViewer()];
    await aTicket(other);
    const ids: string[] = [];
    for (const subject of ['one', 'two', 'three']) ids.unshift((await aTicket(viewer, { subject })).id);
    const first = (await viewer.get('support/tickets/my?perPage=2')).data;
    const rest = (await viewer.get(`support/tickets/my?perPage=2&cursor=${first.pagination.nextCursor}`)).data;
    expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(ids);
    expect(rest.pagination.nextCursor).toBeNull();
    expect((await viewer.get('support/tickets/my?status=closed')).data.items).toEqual([]);
  });
});
