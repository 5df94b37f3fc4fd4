import { env } from 'cloudflare:workers';
import { sql } from 'drizzle-orm';
import { describe, expect, it, test, vi } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { png } from '#test/support/files';
import { aPost } from '#test/support/posts';
import { anOpenStream } from '#test/support/streams';
import { asCreator, asStaff, asUser, asViewer, type Person } from '#test/support/users';
import { commit } from '@/db/commit';
import { deleteReleased } from '@/domains/base/media/hold';
import { deleteObjects } from '@/domains/base/media/store';
import { namelessEvidence } from '@/domains/operations/reports/forget';
import { hideUrgent } from '@/domains/operations/reports/hide-reported';
import { clearEvidence } from '@/domains/operations/reports/sweep';
import { tellReporters } from '@/domains/operations/reports/tell-reporters';
import { follow } from '@/domains/people/social/follow';
import { newId } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';

const guest = client();

const report = (reporter: Person, targetType: string, targetId: string, more: Record<string, unknown> = {}) =>
  reporter.post('reports', { targetType, targetId, category: 'spam', ...more });

/** A reporter whom staff agreed with, or not, that often. */
async function aReporter(upheld: number, dismissed: number): Promise<Person> {
  const [reporter, subject] = [await asViewer(), await asViewer()];
  const actions = [...Array(upheld).fill('remove'), ...Array(dismissed).fill('dismiss')];
  for (const action of actions) {
    const id = newId();
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO reports (id, target_type, target_id, subject_id, category, base, fingerprint, status, action,
           resolved_at, created_at) VALUES (?1, 'post', ?1, ?2, 'spam', 4, '', 'resolved', ?3, 2, 1)`,
      ).bind(id, subject.userId, action),
      env.DB.prepare(`INSERT INTO report_voices VALUES (?, ?, 'spam', NULL, 4, 1, 0, 1)`).bind(id, reporter.userId),
    ]);
  }
  return reporter;
}

const caseOn = (targetId: string) =>
  env.DB.prepare('SELECT * FROM reports WHERE target_id = ? ORDER BY id DESC')
    .bind(targetId)
    .first<Record<string, unknown>>();

describe('a report', () => {
  it('is answered with its case, and listed with the outcome for its reporter', async () => {
    const [author, reporter] = [await asViewer(), await asViewer()];
    const postId = await aPost(author);
    const made = await report(reporter, 'post', postId, { text: 'Grüße 👋🏽' });
    expect(made.status).toBe(201);
    expect(made.data).toEqual({ id: expect.any(String), status: 'open', createdAt: expect.any(String) });
    expect((await reporter.get('reports/my')).data.items).toMatchObject([
      { id: made.data.id, targetType: 'post', targetId: postId, text: 'Grüße 👋🏽', status: 'open', outcome: null },
    ]);
    expect((await author.get('reports/my')).data.items).toEqual([]);
  });

  it('counts once a person, and those of several people are one case', async () => {
    const [author, one, other] = [await asViewer(), await asViewer(), await asViewer()];
    const postId = await aPost(author);
    const all = await Promise.all([report(one, 'post', postId), report(other, 'post', postId)]);
    const again = await report(one, 'post', postId, { category: 'hate' });
    const ids = [...all, again].map(({ data }) => data.id);
    expect(new Set(ids).size).toBe(1);
    expect(again.data.createdAt).toBe(all[0].data.createdAt);
    expect(await caseOn(postId)).toMatchObject({ count: 2, category: 'hate', base: 3, weight: 2 });
  });

  it('for a graver reason is heard from somebody who reported before, also by what hides the target', async () => {
    const [author, one, other] = [await asViewer(), await asViewer(), await asViewer()];
    const postId = await aPost(author);
    for (const reporter of [one, other]) await report(reporter, 'post', postId);
    await Promise.all([one, other].map((reporter) => report(reporter, 'post', postId, { category: 'minor' })));
    await report(one, 'post', postId, { category: 'minor' });
    expect(await caseOn(postId)).toMatchObject({ count: 2, weight: 2, urgency: 2, category: 'minor', base: 1 });
    expect(await caseOn(postId)).toMatchObject({ hidden_at: expect.any(Number) });
  });

  it('is refused about what its reporter cannot see, and about their own', async () => {
    const [author, reporter] = [await asCreator(), await asViewer()];
    const forFollowers = await aPost(author, { visibility: 'followers' });
    const own = await aPost(reporter);
    expect(await report(reporter, 'post', forFollowers)).toMatchObject({
      status: 404,
      error: { code: 'REPORT_TARGET_NOT_FOUND' },
    });
    expect(await report(reporter, 'post', newId())).toMatchObject({ status: 404 });
    expect(await report(reporter, 'post', own)).toMatchObject({ status: 409, error: { code: 'REPORT_OF_YOUR_OWN' } });
    expect(await report(reporter, 'product', newId())).toMatchObject({ status: 404 });
    expect(await report(reporter, 'message', newId())).toMatchObject({ status: 422 });
  });

  it('can block the person in the same step', async () => {
    const [author, reporter] = [await asViewer(), await asViewer()];
    await report(reporter, 'user', author.userId, { block: true });
    expect((await reporter.get('social/blocks')).data.items).toMatchObject([{ id: author.userId }]);
  });

  it('is refused beyond fifty a day', async () => {
    const [author, reporter] = [await asViewer(), await asViewer()];
    const target = await aPost(author);
    await report(reporter, 'post', target);
    const { id } = (await caseOn(target)) as { id: string };
    await env.DB.batch(
      Array.from({ length: 49 }, () => {
        const copy = newId();
        return [
          env.DB.prepare(
            `INSERT INTO reports (id, target_type, target_id, subject_id, category, base, fingerprint, created_at)
             SELECT ?1, target_type, ?1, subject_id, category, base, '', created_at FROM reports WHERE id = ?2`,
          ).bind(copy, id),
          env.DB.prepare(
            `INSERT INTO report_voices SELECT ?1, reporter_id, category, text, base, weight, urgency, created_at
             FROM report_voices WHERE report_id = ?2`,
          ).bind(copy, id),
        ];
      }).flat(),
    );
    expect(await report(reporter, 'post', await aPost(author))).toMatchObject({
      status: 429,
      error: { code: 'TOO_MANY_REPORTS' },
    });
    expect(await report(reporter, 'post', target)).toMatchObject({ status: 201 });
  });
});

describe('reports on what staff have dealt with', () => {
  it('are resolved when staff delete the content where they see it', async () => {
    const [author, reporter, staff] = [await asViewer(), await asViewer(), await asStaff('admin_l1')];
    const postId = await aPost(author);
    const { id } = (await report(reporter, 'post', postId)).data;
    await staff.delete(`content/posts/${postId}`);
    await vi.waitFor(
      async () => expect(await caseOn(postId)).toMatchObject({ id, status: 'resolved', action: 'remove' }),
      { timeout: 20_000 }, // the queue takes its time
    );
    expect(await caseOn(postId)).toMatchObject({ resolved_by: staff.userId, decision_id: expect.any(String) });
    expect((await reporter.get('reports/my')).data.items).toMatchObject([{ id, outcome: 'upheld' }]);
  });

  it('are looked at again once the decision was reversed', async () => {
    const [author, one, other, staff] = [
      await asViewer(),
      await asViewer(),
      await asViewer(),
      await asStaff('admin_l1'),
    ];
    const postId = await aPost(author);
    const { id } = (await report(one, 'post', postId)).data;
    const { data } = await staff.put(`admin/report/${id}/resolve`, { action: 'warn', reason: 'Stop.' });
    expect((await report(other, 'post', postId)).data).toMatchObject({ id, status: 'resolved' });
    await env.DB.prepare('UPDATE decisions SET reversed_at = 1 WHERE id = ?').bind(data.decision.id).run();
    expect((await report(await asViewer(), 'post', postId)).data).toMatchObject({ status: 'open' });
  });

  it('notify staff of a case once, however many people report it', async () => {
    const postId = await aPost(await asViewer());
    await report(await asViewer(), 'post', postId);
    const { id } = (await caseOn(postId)) as { id: string };
    await report(await asViewer(), 'post', postId);
    const { results } = await env.DB.prepare("SELECT event FROM outbox WHERE event LIKE '%staff-needed%'").all<{
      event: string;
    }>();
    const waiting = results.map(({ event }) => JSON.parse(event).waiting.id);
    const cases = await env.DB.prepare('SELECT id FROM reports WHERE id IN (SELECT value FROM json_each(?))')
      .bind(JSON.stringify(waiting))
      .all();
    expect(cases.results).toHaveLength(waiting.length);
    expect(await caseOn(postId)).toMatchObject({ id, count: 2 });
  });
});

describe('the evidence about a deleted account', () => {
  it('loses its names, and is deleted in time although nobody resolved the case', async () => {
    const [creator, author, reporter] = [await asCreator(), await asViewer(), await asViewer()];
    await author.put('user/profile', { displayName: 'Jane Roe', bio: 'I sell things' });
    const streamId = await anOpenStream(creator);
    const say = async (text: string) => (await author.post(`sessions/${streamId}/chat`, { text })).data.id;
    await say('first');
    const messageId = await say('second');
    await report(reporter, 'user', author.userId);
    await report(reporter, 'message', messageId, { streamId });
    await commit(testContext(), [namelessEvidence(testContext(), author.userId, sql``)]);
    const [profile, message] = [await caseOn(author.userId), await caseOn(messageId)];
    expect(JSON.parse(String(profile?.evidence))).toMatchObject({ text: 'I sell things', nameless: true });
    expect(JSON.parse(String(message?.evidence))).toMatchObject({
      text: 'second',
      neighbours: [{ text: 'first', username: '', displayName: '' }],
    });
    expect(message?.evidence_until).toBeGreaterThan(Date.now());
  });
});

describe('what many reports make long', () => {
  const planOf = async (query: string) =>
    JSON.stringify((await env.DB.prepare(`EXPLAIN QUERY PLAN ${query}`).all()).results);

  it('is read by an index: the queue of one type, claims on tracks, and files whose last hold has ended', async () => {
    const queue = await planOf(
      `SELECT id FROM reports WHERE status <> 'resolved' AND target_type = 'post' ORDER BY priority, id LIMIT 20`,
    );
    expect(queue).toContain('reports_waiting_by_target');
    expect(queue).not.toContain('TEMP B-TREE');
    const claimed = await planOf(
      `SELECT id FROM reports WHERE status <> 'resolved' AND target_type = 'track' AND hidden_at IS NULL LIMIT 20`,
    );
    expect(claimed).toContain('reports_on_tracks');
    const released = await planOf('SELECT key FROM media_files WHERE released_at IS NOT NULL LIMIT 40');
    expect(released).toContain('media_files_released');
  });
});

describe('the priority of a case', () => {
  it('rises with the reports of others, but not to 1', async () => {
    const postId = await aPost(await asViewer());
    const staff = await asStaff('admin_l1');
    const priority = async () => {
      const { data } = await staff.get('admin/reports?perPage=100');
      return data.items.find((item: { targetId: string }) => item.targetId === postId)?.priority;
    };
    await report(await asViewer(), 'post', postId);
    expect(await priority()).toBe(4);
    await report(await asViewer(), 'post', postId, { category: 'hate' });
    expect(await priority()).toBe(3);
    await report(await asViewer(), 'post', postId);
    expect(await priority()).toBe(2);
    for (let made = 0; made < 7; made += 1) await report(await asViewer(), 'post', postId);
    expect(await priority()).toBe(2);
  });

  it('is not raised by reporters whose reports are dismissed', async () => {
    const postId = await aPost(await asViewer());
    await report(await aReporter(0, 3), 'post', postId, { category: 'minor' });
    expect(await caseOn(postId)).toMatchObject({ count: 1, base: 4, weight: 0, urgency: 0, hidden_at: null });
  });
});

describe('what is reported as harm to a child', () => {
  const urgent = { category: 'minor' };

  it('is hidden by one reporter with a good record, or by two people, and by nobody else', async () => {
    const author = await asViewer();
    const [first, second] = [await aPost(author), await aPost(author)];
    await report(await asViewer(), 'post', first, urgent);
    await report(await aReporter(0, 3), 'post', first, urgent);
    expect((await guest.get(`content/posts/${first}`)).status).toBe(200);
    await report(await asViewer(), 'post', first, urgent);
    await report(await aReporter(3, 0), 'post', second, urgent);
    for (const id of [first, second]) {
      expect((await guest.get(`content/posts/${id}`)).status).toBe(404);
      expect((await (await asStaff('support')).get(`content/posts/${id}`)).status).toBe(404);
      expect((await author.get(`content/posts/${id}`)).data).toMatchObject({ id, hidden: true });
    }
    expect((await guest.get(`content/users/${author.userId}/posts`)).data.items).toEqual([]);
    expect((await author.get('content/posts')).data.items).toHaveLength(2);
  });

  it('stays if it belongs to somebody with a rank, and is reviewed by whoever is above', async () => {
    const admin = await asStaff('admin_l1');
    const postId = await aPost(admin);
    for (const [type, id] of [
      ['post', postId],
      ['user', admin.userId],
    ] as const) {
      await report(await aReporter(3, 0), type, id, urgent);
      await report(await asViewer(), type, id, urgent);
      expect(await hideUrgent(testContext())).toBe(false);
      expect(await caseOn(id)).toMatchObject({ urgency: 3, hidden_at: null });
    }
    expect((await guest.get(`content/posts/${postId}`)).status).toBe(200);
    expect((await guest.get(`users/${admin.userId}`)).status).toBe(200);
    const { id } = (await caseOn(admin.userId)) as { id: string };
    expect((await (await asStaff('admin_l2')).get(`admin/report/${id}`)).status).toBe(200);
  });

  it('keeps its files from everyone else, and shows them to staff', async () => {
    const author = await asViewer();
    const form = new FormData();
    form.append('text', 'A picture');
    form.append('files', new File([png() as Uint8Array<ArrayBuffer>], 'a.png'));
    const post = (await author.post('content/posts', form)).data;
    const path = new URL(post.media[0].url).pathname;
    await report(await aReporter(3, 0), 'post', post.id, urgent);
    expect((await guest.get(path)).status).toBe(404);
    // Its author deletes it; the evidence stays.
    expect((await author.delete(`content/posts/${post.id}`)).status).toBe(200);
    const { id } = (await caseOn(post.id)) as { id: string };
    const { data } = await (await asStaff('admin_l1')).get(`admin/report/${id}`);
    expect(data.evidence).toMatchObject({ text: 'A picture' });
    const ctx = testContext();
    await deleteObjects(ctx, new URL(post.media[0].url).pathname.slice('/media/'.length)); // as the outbox does
    const link = new URL(data.evidence.media[0].url);
    expect((await guest.get(`${link.pathname}${link.search}`)).status).toBe(200);
    expect((await guest.get(link.pathname)).status).toBe(404);
    // Once the evidence is no longer needed, the file goes too.
    await env.DB.prepare('UPDATE reports SET evidence_until = 1 WHERE id = ?').bind(id).run();
    await clearEvidence(ctx);
    await deleteReleased(ctx);
    await ctx.settle();
    expect((await guest.get(`${link.pathname}${link.search}`)).status).toBe(404);
    expect((await (await asStaff('admin_l1')).get(`admin/report/${id}`)).data.evidence).toBe(null);
  });

  it('comes back when staff dismiss the reports', async () => {
    const [author, staff] = [await asViewer(), await asStaff('admin_l1')];
    const postId = await aPost(author, { text: 'A harmless zebra' });
    await report(await aReporter(3, 0), 'post', postId, urgent);
    const { id } = (await caseOn(postId)) as { id: string };
    const { status, data } = await staff.put(`admin/report/${id}/resolve`, {
      action: 'dismiss',
      reason: 'A child’s drawing',
    });
    expect(status).toBe(200);
    expect(data).toMatchObject({ status: 'resolved', action: 'dismiss', hidden: false, decision: null });
    expect((await guest.get(`content/posts/${postId}`)).data).not.toHaveProperty('hidden');
  });

  it('makes a stream private for viewers', async () => {
    const creator = await asCreator();
    const streamId = await anOpenStream(creator);
    expect((await guest.get(`stream/${streamId}`)).status).toBe(200);
    await report(await aReporter(3, 0), 'stream', streamId, urgent);
    expect((await guest.get(`stream/${streamId}`)).status).toBe(404);
    expect((await guest.get(`stream/chat/${streamId}`)).status).toBe(404);
    expect((await creator.get(`stream/${streamId}`)).data).toMatchObject({ hidden: true });
  });

  it('hides a profile, but not what its user posts', async () => {
    const author = await asViewer();
    const postId = await aPost(author);
    expect((await guest.get(`users/${author.userId}`)).status).toBe(200);
    await report(await aReporter(3, 0), 'user', author.userId, urgent);
    expect((await guest.get(`users/${author.userId}`)).status).toBe(404);
    expect((await guest.get(`content/posts/${postId}`)).status).toBe(200);
    expect((await author.get('user/profile')).data).toMatchObject({ hidden: true });
  });
});

describe('a message', () => {
  it('is evidence with its neighbours, and removed and returned under its seq', async () => {
    const [creator, author, reporter] = [await asCreator(), await asViewer(), await asViewer()];
    const streamId = await anOpenStream(creator);
    const say = async (person: Person, text: string) => (await person.post(`sessions/${streamId}/chat`, { text })).data;
    await say(creator, 'before');
    const message = await say(author, 'something bad');
    await say(creator, 'after');
    expect((await report(reporter, 'message', message.id, { streamId })).status).toBe(201);
    const { id } = (await caseOn(message.id)) as { id: string };
    const staff = await asStaff('admin_l1');
    const { data } = await staff.get(`admin/report/${id}`);
    expect(data.subject.id).toBe(author.userId);
    expect(data.evidence.text).toBe('something bad');
    expect(data.evidence.neighbours.map(({ text }: { text: string }) => text)).toEqual(['before', 'after']);
    await staff.put(`admin/report/${id}/resolve`, { action: 'remove', reason: 'Be kind.' });
    const shown = async () =>
      (await testContext().rooms(streamId).history(null, 10)).messages.find((one) => one.id === message.id);
    await vi.waitFor(async () => expect(await shown()).toMatchObject({ text: '', deleted: true, seq: message.seq }));
    const back = { type: 'withhold', id: message.id, withheld: false } as const;
    await testContext().rooms(streamId).apply(newId(), back);
    expect(await shown()).toMatchObject({ text: 'something bad', deleted: false, seq: message.seq });
  });
});

describe('a resolution', () => {
  async function aCase(category = 'spam') {
    const [author, reporter] = [await asViewer(), await asViewer()];
    const postId = await aPost(author, { text: 'Buy now' });
    const made = await report(reporter, 'post', postId, { category });
    return { author, reporter, postId, id: made.data.id as string };
  }

  it('removes the post by a decision that names rule and facts, and tells reporters only the outcome', async () => {
    const { author, reporter, postId, id } = await aCase();
    const staff = await asStaff('admin_l1');
    const { status, data } = await staff.put(`admin/report/${id}/resolve`, {
      action: 'remove',
      reason: 'No ads, please.',
      note: 'third time',
    });
    expect(status).toBe(200);
    expect(data).toMatchObject({
      status: 'resolved',
      note: 'third time',
      decision: {
        action: 'remove',
        rule: 'spam',
        reason: 'No ads, please.',
        facts: 'Buy now',
        target: { type: 'post', id: postId },
      },
    });
    expect((await author.get(`content/posts/${postId}`)).status).toBe(404);
    await tellReporters(testContext(), { type: 'tell-reporters', reportId: id, after: null });
    await vi.waitFor(async () => {
      const { items } = (await reporter.get('user/notifications')).data;
      expect(items).toMatchObject([
        { kind: 'report-outcome', title: 'Reports of yours that we acted on: 1', data: { outcome: 'upheld' } },
      ]);
      expect(JSON.stringify(items)).not.toContain('No ads');
    });
    expect((await reporter.get('reports/my')).data.items).toMatchObject([{ outcome: 'upheld' }]);
    expect((await author.get('user/notifications')).data.items).toMatchObject([
      { kind: 'decision', body: 'No ads, please.' },
    ]);
  });

  it('happens once, also if two staff resolve it at the same time', async () => {
    const { id } = await aCase();
    const staff = [await asStaff('admin_l1'), await asStaff('admin_l1')];
    const answers = await Promise.all(
      staff.map((one) => one.put(`admin/report/${id}/resolve`, { action: 'warn', reason: 'Stop.' })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.error.code).toBe('REPORT_RESOLVED');
    const decided = await env.DB.prepare('SELECT count(*) AS n FROM decisions WHERE report_id = ?').bind(id).first('n');
    expect(decided).toBe(1);
  });

  it('suspends and bans only with the permission, and removes the content with it', async () => {
    const { author, postId, id } = await aCase();
    const until = new Date(Date.now() + 86_400_000).toISOString();
    const body = { action: 'timeout', reason: 'A day to cool down.', until };
    const refused = await (await asStaff('admin_l1')).put(`admin/report/${id}/resolve`, body);
    expect(refused).toMatchObject({ status: 403, error: { code: 'PERMISSION_REQUIRED' } });
    const done = await (await asStaff('admin_l2')).put(`admin/report/${id}/resolve`, body);
    expect(done.data).toMatchObject({ decision: { action: 'timeout', until } });
    const user = await env.DB.prepare('SELECT status, banned_until FROM users WHERE id = ?')
      .bind(author.userId)
      .first();
    expect(user).toEqual({ status: 'banned', banned_until: Date.parse(until) });
    const post = await env.DB.prepare('SELECT kept_until FROM posts WHERE id = ?').bind(postId).first('kept_until');
    expect(post).toBeGreaterThan(Date.now());
  });

  it('never shortens a ban or a longer suspension, except by hand', async () => {
    const [staff, author, reporter] = [await asStaff('admin_l2'), await asViewer(), await asViewer()];
    const postId = await aPost(author);
    await report(reporter, 'post', postId);
    const path = `admin/report/${(await caseOn(postId))?.id}/resolve`;
    const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();
    const set = (body: object) => staff.put(`admin/user/${author.userId}/status`, { reason: 'Spam.', ...body });
    for (const status of [{ status: 'banned' }, { status: 'suspended', until: inDays(3) }]) {
      await set(status);
      const refused = await staff.put(path, { action: 'timeout', until: inDays(1), reason: 'Spam.' });
      expect(refused).toMatchObject({ status: 409, error: { code: 'SANCTION_LONGER', details: status } });
    }
    expect((await staff.put(path, { action: 'timeout', until: inDays(4), reason: 'Spam.' })).status).toBe(200);
    expect((await set({ status: 'suspended', until: inDays(1) })).status).toBe(200);
  });

  it('needs an end for a timeout, and only for it', async () => {
    const { id } = await aCase();
    const staff = await asStaff('admin_l2');
    const resolve = (body: object) => staff.put(`admin/report/${id}/resolve`, { reason: 'x', ...body });
    expect((await resolve({ action: 'timeout' })).status).toBe(422);
    expect((await resolve({ action: 'ban', until: new Date(Date.now() + 1_000).toISOString() })).status).toBe(422);
    expect((await resolve({ action: 'timeout', until: new Date(0).toISOString() })).status).toBe(422);
  });

  it('is out of reach about oneself, an equal rank and another country', async () => {
    const staff = await asStaff('admin_l1');
    const peer = await asStaff('admin_l1');
    const abroad = await asStaff('country_admin', { country: 'DE' });
    const reporter = await asViewer();
    const made = await report(reporter, 'user', staff.userId);
    const path = `admin/report/${made.data.id}/resolve`;
    for (const person of [staff, peer, abroad])
      expect(await person.put(path, { action: 'dismiss', reason: 'No.' })).toMatchObject({
        status: 403,
        error: { code: 'REPORT_OUT_OF_REACH' },
      });
    const queue = (await staff.get('admin/reports?perPage=100')).data.items;
    expect(queue.filter((item: { subject: { id: string } }) => item.subject.id === staff.userId)).toEqual([]);
  });

  it('answers a new report on the same content at once, until the content changes', async () => {
    const { author, postId, id } = await aCase();
    await (await asStaff('admin_l1')).put(`admin/report/${id}/resolve`, { action: 'dismiss', reason: 'Not an ad.' });
    const late = await asViewer();
    expect((await report(late, 'post', postId)).data).toMatchObject({ id, status: 'resolved' });
    expect((await late.get('reports/my')).data.items).toMatchObject([{ outcome: 'dismissed' }]);
    const graver = await report(await asViewer(), 'post', postId, { category: 'hate' });
    expect(graver.data.id).not.toBe(id);
    await (await asStaff('admin_l1')).put(`admin/report/${graver.data.id}/resolve`, {
      action: 'dismiss',
      reason: 'No.',
    });
    expect((await report(await asViewer(), 'post', postId)).data.id).toBe(id);
    expect((await author.put(`content/posts/${postId}`, { text: 'Buy this other thing' })).status).toBe(200);
    expect((await report(await asViewer(), 'post', postId)).data).toMatchObject({ status: 'open' });
  });

  it('of a post that its author deleted meanwhile is recorded all the same', async () => {
    const { author, postId, id } = await aCase();
    await author.delete(`content/posts/${postId}`);
    const { status, data } = await (await asStaff('admin_l1')).put(`admin/report/${id}/resolve`, {
      action: 'remove',
      reason: 'No ads.',
    });
    expect(status).toBe(200);
    expect(data.decision).toMatchObject({ action: 'remove', facts: 'Buy now' });
  });
});

describe('an assignment', () => {
  it('goes to staff who may review it, and back to nobody', async () => {
    const author = await asViewer();
    const made = await report(await asViewer(), 'post', await aPost(author));
    const [staff, support] = [await asStaff('admin_l1'), await asStaff('support')];
    const path = `admin/report/${made.data.id}/assign`;
    const assign = (assigneeId: string | null) => staff.put(path, { assigneeId });
    expect(await assign(support.userId)).toMatchObject({ status: 422, error: { code: 'ASSIGNEE_NOT_ABLE' } });
    expect(await assign(author.userId)).toMatchObject({ status: 422 });
    const dormant = await asUser({ rank: 'admin_l2', twoFactor: false });
    expect(await assign(dormant.userId)).toMatchObject({ status: 422, error: { code: 'ASSIGNEE_NOT_ABLE' } });
    expect((await assign(staff.userId)).data).toMatchObject({ status: 'assigned', assignee: { id: staff.userId } });
    expect((await staff.get(`admin/reports?assigneeId=${staff.userId}`)).data.items).toHaveLength(1);
    expect((await assign(null)).data).toMatchObject({ status: 'open', assignee: null });
  });
});

test('reports of a person are gathered, whoever follows them', async () => {
  const [subject, fan] = [await asCreator(), await asViewer()];
  await follow(testContext(), fan.userId, subject.userId);
  for (let made = 0; made < 5; made += 1)
    await report(await asViewer(), 'user', subject.userId, { category: 'harassment' });
  const { items } = (await (await asStaff('admin_l1')).get('admin/reports?targetType=user&perPage=100')).data;
  expect(items.filter((item: { targetId: string }) => item.targetId === subject.userId)).toMatchObject([
    { count: 5, priority: 2 },
  ]);
});
