/** Feedback about the app: sent by users, read by staff. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { asStaff, asUser, asViewer } from '#test/support/users';
import { FEEDBACK_A_DAY_MAX } from '@/domains/operations/platform/feedback';
import { DAY_MS } from '@/shared/time';

const PATH = 'settings/feedback';

describe('POST /settings/feedback', () => {
  it('stores clean text and a plain version', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const body = { category: 'bug', rating: 2, text: '  It crashes\r\nwhen I tap 🎁  ', appVersion: 'v3.1' };
    const sent = await viewer.post(PATH, body);
    expect(sent.status).toBe(201);
    const { data } = await agent.get('admin/feedback?version=3.1');
    expect(data.items).toMatchObject([
      {
        id: sent.data.id,
        user: { id: viewer.userId },
        category: 'bug',
        rating: 2,
        text: 'It crashes\nwhen I tap 🎁',
        appVersion: '3.1.0',
      },
    ]);
  });

  it.each([
    [{ category: 'bug' }],
    [{ category: 'rant', text: 'x' }],
    [{ category: 'bug', text: ' \u200b ' }],
    [{ category: 'bug', text: 'x', rating: 0 }],
    [{ category: 'bug', text: 'x', rating: 4.5 }],
    [{ category: 'bug', text: 'x', appVersion: 'newest' }],
    [{ category: 'bug', text: 'x'.repeat(4_001) }],
    [{ category: 'bug', text: 'a\u0000b' }],
  ])('rejects %j', async (body) => {
    expect((await (await asViewer()).post(PATH, body)).status).toBe(422);
  });

  it('answers the first if the same is sent again, also at the same time', async () => {
    const viewer = await asViewer();
    const body = { category: 'idea', text: 'More hearts, please' };
    const answers = await Promise.all([1, 2, 3].map(() => viewer.post(PATH, body)));
    expect(new Set(answers.map(({ data }) => data.id)).size).toBe(1);
    const row = await env.DB.prepare('SELECT count(*) AS n FROM feedback WHERE user_id = ?')
      .bind(viewer.userId)
      .first();
    expect(row).toEqual({ n: 1 });
  });

  it('takes so much a day and no more, and says when there is room again', async () => {
    const viewer = await asViewer();
    for (let number = 0; number < FEEDBACK_A_DAY_MAX; number += 1)
      expect((await viewer.post(PATH, { category: 'other', text: `Number ${number}` })).status).toBe(201);
    const refused = await viewer.post(PATH, { category: 'other', text: 'One more' });
    expect([refused.status, refused.error.code]).toEqual([429, 'FEEDBACK_LIMIT_REACHED']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(DAY_MS / 1_000 - 60);
    expect((await viewer.post(PATH, { category: 'other', text: 'Number 3' })).status).toBe(201);
    await env.DB.prepare('UPDATE feedback SET created_at = created_at - ? WHERE user_id = ?')
      .bind(DAY_MS, viewer.userId)
      .run();
    expect((await viewer.post(PATH, { category: 'other', text: 'One more' })).status).toBe(201);
  });
});

describe('GET /admin/feedback', () => {
  it('filters by category and pages by cursor', async () => {
    const [viewer, agent] = [await asViewer(), await asStaff('support')];
    const ids: string[] = [];
    for (const number of [1, 2, 3])
      ids.unshift((await viewer.post(PATH, { category: 'praise', text: `Lovely ${number}` })).data.id);
    await viewer.post(PATH, { category: 'bug', text: 'Not lovely' });
    const first = await agent.get('admin/feedback?category=praise&perPage=2');
    expect(first.data.items.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2));
    const { nextCursor } = first.data.pagination;
    const second = await agent.get(`admin/feedback?category=praise&perPage=2&cursor=${nextCursor}`);
    expect(second.data.items.map(({ id }: { id: string }) => id)).toEqual(ids.slice(2));
    expect(second.data.pagination.nextCursor).toBeNull();
  });

  it('shows a country admin the feedback of their country', async () => {
    const [here, there] = [await asUser({ country: 'PT' }), await asUser({ country: 'ES' })];
    const admin = await asStaff('country_admin', { country: 'PT' });
    const { data } = await here.post(PATH, { category: 'idea', text: 'Fado' });
    await there.post(PATH, { category: 'idea', text: 'Flamenco' });
    const list = await admin.get('admin/feedback');
    expect(list.data.items.map(({ id }: { id: string }) => id)).toEqual([data.id]);
  });
});
