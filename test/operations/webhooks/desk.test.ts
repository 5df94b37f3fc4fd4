import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { clientWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import { purchaseOf } from '#test/support/money';
import { aPurchase, staffLogOf } from '#test/support/purchases';
import { queueThatIsAway, recordingQueue } from '#test/support/queues';
import { asStaff, asViewer } from '#test/support/users';
import type { WebhookMessage } from '@/contracts/messages';
import type { PaymentEvent } from '@/contracts/payments';
import { type WebhookProvider, type WebhookState, webhookEvents } from '@/domains/operations/webhooks/tables';
import { firstIdAt, newId } from '@/shared/ids';

const NOON = Date.parse('2026-03-10T12:00:00Z');
const DAY_MS = 24 * 60 * 60 * 1_000;

async function stored(more: Partial<typeof webhookEvents.$inferInsert> = {}): Promise<string> {
  const id = more.id ?? newId();
  const payload: PaymentEvent = { type: 'expired', purchaseId: 'no-such-purchase', paymentId: null };
  await testContext()
    .db.insert(webhookEvents)
    .values({
      ...{
        id,
        provider: 'stripe',
        eventId: `evt_${id}`,
        type: 'checkout.session.expired',
        payload,
        received: { id: 1 },
      },
      ...{ state: 'processed', attempts: 1, receivedAt: NOON, queuedAt: NOON, processedAt: NOON },
      ...more,
    });
  return id;
}

const idOf = (at: number, number = 0) => `${firstIdAt(at).slice(0, -4)}${String(number).padStart(4, '0')}`;

beforeEach(async () => {
  await testContext().db.delete(webhookEvents);
});

describe('GET /admin/webhooks', () => {
  it('shows each event in our words and as it came, with what became of it', async () => {
    const owner = await asStaff('owner');
    const id = await stored({ state: 'held', error: 'HeldForStaff: another amount', processedAt: null });
    const { status, data } = await owner.get('admin/webhooks');
    expect(status).toBe(200);
    expect(data).toEqual({
      items: [
        {
          ...{ id, provider: 'stripe', eventId: `evt_${id}`, type: 'checkout.session.expired', state: 'held' },
          payload: { type: 'expired', purchaseId: 'no-such-purchase', paymentId: null },
          received: { id: 1 },
          ...{ attempts: 1, error: 'HeldForStaff: another amount' },
          receivedAt: '2026-03-10T12:00:00.000Z',
          queuedAt: '2026-03-10T12:00:00.000Z',
          ...{ processedAt: null, decision: null },
        },
      ],
      pagination: { nextCursor: null, perPage: 20 },
    });
  });

  it('lists those of a provider, of a state, of both and of some days', async () => {
    const owner = await asStaff('owner');
    const made = new Map<string, string>();
    let number = 0;
    for (const provider of ['stripe', 'dodo'] as const)
      for (const state of ['processed', 'held'] as const)
        for (const day of [0, 1]) {
          number += 1;
          const id = await stored({ id: idOf(NOON + day * DAY_MS, number), provider, state });
          made.set(id, `${provider} ${state} ${day}`);
        }
    const listed = async (query: string) => {
      const { data } = await owner.get(`admin/webhooks?${query}`);
      return data.items.map(({ id }: { id: string }) => made.get(id)).toSorted();
    };
    expect(await listed('')).toHaveLength(8);
    expect(await listed('provider=dodo')).toEqual([
      ...['dodo held 0', 'dodo held 1', 'dodo processed 0', 'dodo processed 1'],
    ]);
    expect(await listed('state=held')).toEqual(['dodo held 0', 'dodo held 1', 'stripe held 0', 'stripe held 1']);
    expect(await listed('state=held&provider=dodo')).toEqual(['dodo held 0', 'dodo held 1']);
    expect(await listed('state=processed&provider=stripe')).toEqual(['stripe processed 0', 'stripe processed 1']);
    expect(await listed('from=2026-03-11&state=held')).toEqual(['dodo held 1', 'stripe held 1']);
    expect(await listed('to=2026-03-10&state=held')).toEqual(['dodo held 0', 'stripe held 0']);
    expect(await listed('from=2026-03-11&to=2026-03-11&provider=dodo')).toEqual(['dodo held 1', 'dodo processed 1']);
    expect(await listed('from=2026-03-12')).toEqual([]);
  });

  it('pages by cursor from the newest on, each event once, also when new ones come', async () => {
    const owner = await asStaff('owner');
    const ids: string[] = [];
    for (let number = 1; number <= 5; number += 1) ids.unshift(await stored({ id: idOf(NOON, number) }));
    const seen: string[] = [];
    let cursor = '';
    do {
      const { data } = await owner.get(`admin/webhooks?perPage=2&to=2026-03-10${cursor}`);
      seen.push(...data.items.map(({ id }: { id: string }) => id));
      cursor = data.pagination.nextCursor && `&cursor=${data.pagination.nextCursor}`;
      if (seen.length === 2) await stored({ id: idOf(NOON, 99) });
    } while (cursor);
    expect(seen).toEqual(ids);
  });

  it.each([
    ['provider=paypal', 'provider'],
    ['state=lost', 'state'],
    ['from=yesterday', 'from'],
    ['from=2026-03-11&to=2026-03-10', 'from'],
    ['perPage=101', 'perPage'],
    ['who=me', 'who'],
  ])('refuses ?%s', async (query, path) => {
    const answer = await (await asStaff('owner')).get(`admin/webhooks?${query}`);
    expect(answer).toMatchObject({ status: 422, error: { code: 'VALIDATION_FAILED', details: [{ path }] } });
  });

  it('refuses a cursor that it has not given', async () => {
    const answer = await (await asStaff('owner')).get('admin/webhooks?cursor=nonsense');
    expect(answer).toMatchObject({ status: 422, error: { code: 'CURSOR_INVALID' } });
  });

  it.each<[{ provider?: WebhookProvider; state?: WebhookState }, string]>([
    [{}, 'sqlite_autoindex_webhook_events'],
    [{ provider: 'stripe' }, 'webhook_events_by_provider'],
    [{ state: 'held' }, 'webhook_events_by_state_and_id'],
    [{ provider: 'dodo', state: 'held' }, 'webhook_events_by_state_and_id'],
    [{ provider: 'dodo', state: 'processed' }, 'webhook_events_by_provider'],
  ])('of %j walks an index, and sorts nothing', async (filter, index) => {
    const plans: string[] = [];
    const owner = await asStaff('owner');

    const explaining = {
      ...{ batch: (statements: D1PreparedStatement[]) => env.DB.batch(statements) },
      prepare(query: string) {
        if (query.includes('webhook_events')) plans.push(query);
        return env.DB.prepare(query);
      },
    };
    const query = new URLSearchParams({ ...filter, from: '2026-03-01', to: '2026-03-31' });
    await clientWith({ DB: explaining }, owner.headers).get(`admin/webhooks?${query}`);
    const [statement = ''] = plans;
    const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${statement}`)
      .bind(...Array.from(statement.matchAll(/\?/g), () => 1))
      .all<{ detail: string }>();
    const detail = results.map((row) => row.detail).join('; ');
    expect(detail).toContain(`SEARCH webhook_events USING INDEX ${index}`);
    expect(detail).not.toContain('TEMP B-TREE');
  });
});

describe('POST /admin/webhooks/:id/replay', () => {
  it('has an event applied again, and says who asked', async () => {
    const owner = await asStaff('owner');
    const { id: purchaseId } = await aPurchase(await asViewer());
    const payload: PaymentEvent = { type: 'expired', purchaseId, paymentId: null };
    const id = await stored({ provider: 'sandbox', payload, state: 'failed', attempts: 8, error: 'Error: it broke' });
    const { status, data } = await owner.post(`admin/webhooks/${id}/replay`);
    expect(status).toBe(200);
    expect(data).toMatchObject({ id, state: 'stored', error: null, processedAt: null });
    await vi.waitFor(
      async () => {
        const answer = await owner.get('admin/webhooks?state=processed');
        expect(answer.data.items).toMatchObject([{ id, attempts: 9, error: null }]);
      },
      { timeout: 10_000, interval: 100 },
    );
    expect(await purchaseOf(purchaseId)).toMatchObject({ status: 'expired' });
    expect(await staffLogOf(id)).toEqual([
      {
        ...{ staffId: owner.userId, action: 'webhook.replay' },
        before: { state: 'failed', attempts: 8, error: 'Error: it broke' },
        after: { state: 'stored' },
      },
    ]);
  });

  it.each(['stored', 'processed', 'held', 'failed'] as const)('takes one that is %s', async (state) => {
    const webhooks = recordingQueue<WebhookMessage>();
    const owner = await asStaff('owner');
    const id = await stored({ state });
    const answer = await clientWith({ WEBHOOKS: webhooks.queue }, owner.headers).post(`admin/webhooks/${id}/replay`);
    expect(answer).toMatchObject({ status: 200, data: { state: 'stored' } });
    expect(webhooks.sent).toEqual([{ body: { webhookEventId: id }, delaySeconds: undefined }]);
  });

  it('leaves it to the sweep where it cannot be queued', async () => {
    const owner = await asStaff('owner');
    const id = await stored({ state: 'held' });
    const desk = clientWith({ WEBHOOKS: queueThatIsAway }, owner.headers);
    expect((await desk.post(`admin/webhooks/${id}/replay`)).status).toBe(200);
    const [row] = await testContext().db.select().from(webhookEvents);
    expect(row).toMatchObject({ state: 'stored', queuedAt: null });
  });

  it('is 409 where the payload is gone, and logs nothing', async () => {
    const id = await stored({ payload: null, state: 'held' });
    const answer = await (await asStaff('owner')).post(`admin/webhooks/${id}/replay`);
    expect(answer).toMatchObject({ status: 409, error: { code: 'WEBHOOK_PAYLOAD_GONE' } });
    expect(await staffLogOf(id)).toEqual([]);
    expect(await testContext().db.select().from(webhookEvents)).toMatchObject([{ state: 'held' }]);
  });

  it('is 404 for an event that nobody knows', async () => {
    const answer = await (await asStaff('owner')).post(`admin/webhooks/${newId()}/replay`);
    expect(answer).toMatchObject({ status: 404, error: { code: 'WEBHOOK_EVENT_NOT_FOUND' } });
  });

  it('is for those alone who may', async () => {
    const id = await stored({ state: 'held' });
    for (const person of [await asViewer(), await asStaff('country_admin', { country: 'DE' })]) {
      expect((await person.post(`admin/webhooks/${id}/replay`)).status).toBe(403);
      expect((await person.get('admin/webhooks')).status).toBe(403);
    }
    const trusted = await asStaff('support', { granted: ['canReplayWebhooks'] });
    expect((await trusted.post(`admin/webhooks/${id}/replay`)).status).toBe(200);
  });
});
