/**
 * A stand-in of Dodo Payments' API at the HTTP boundary: what is sent to `test.dodopayments.com` is checked and
 * answered from memory as Dodo does; every other request goes to the real fetch. Its events are signed by the library.
 */
import { Webhook } from 'standardwebhooks';
import { vi } from 'vitest';

export const DODO_API_KEY = 'dodo_test_footlight';
export const DODO_WEBHOOK_SECRET = 'whsec_Zm9vdGxpZ2h0LWZvb3RsaWdodC1mb290bGlnaHQ=';
export const DODO_PRODUCT_ID = 'pdt_footlight';
/** For `testContext` and `clientWith`. */
export const DODO_ENV = {
  PAYMENT_PROVIDER: 'dodo',
  DODO_API_KEY,
  DODO_WEBHOOK_SECRET,
  DODO_PRODUCT_ID,
  DODO_ENVIRONMENT: 'test_mode',
};

const HOST = 'test.dodopayments.com';

// biome-ignore lint/suspicious/noExplicitAny: whatever JSON Dodo speaks, and a test looks into it
type Json = Record<string, any>;

export interface DodoStandIn {
  readonly calls: { readonly method: string; readonly body: Json | undefined }[];
  readonly checkouts: Map<string, Json>;
  readonly payments: Map<string, Json>;
  /** `away`: the connection fails. `slow`: it times out. `failing`: 500. `odd`: it answers another shape. */
  mode: 'well' | 'away' | 'slow' | 'failing' | 'odd';
  /** The buyer pays, or tries to: answers the payment as `payment.succeeded` tells it. */
  pay(checkoutId: string, status?: string): Json;
}

/** Until the test ends (mocks are restored); a test that needs Dodo makes its own. */
export function standInForDodo(): DodoStandIn {
  const standIn: DodoStandIn = {
    calls: [],
    checkouts: new Map(),
    payments: new Map(),
    mode: 'well',
    pay(checkoutId, status = 'succeeded') {
      const checkout = standIn.checkouts.get(checkoutId);
      if (!checkout) throw new Error(`The stand-in has no checkout ${checkoutId}`);
      const payment_id = `pay_${crypto.randomUUID()}`;
      const payment = {
        ...{ payment_id, status, total_amount: checkout.amount, tax: 0, currency: checkout.currency },
        ...{ checkout_session_id: checkoutId, metadata: checkout.metadata, refunds: [], disputes: [] },
        customer: { customer_id: 'cus_1', email: checkout.email, name: 'Ada Lovelace', phone_number: '+15550100200' },
        billing: { country: 'US', city: 'San Francisco', street: '1 Main Street', zipcode: '94102', state: 'CA' },
        ...{ card_last_four: '4242', card_holder_name: 'Ada Lovelace', card_network: 'VISA' },
      };
      standIn.payments.set(payment_id, payment);
      Object.assign(checkout, { payment_id, payment_status: status });
      return payment;
    },
  };
  const realFetch = globalThis.fetch;
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    if (new URL(request.url).host !== HOST) return realFetch(request);
    if (standIn.mode === 'away') throw new TypeError('Network connection lost.');
    if (standIn.mode === 'slow') throw new DOMException('The operation timed out.', 'TimeoutError');
    if (standIn.mode === 'failing') return Response.json({ code: 'INTERNAL', message: 'broken' }, { status: 500 });
    if (standIn.mode === 'odd') return Response.json({ hello: 'world' });
    return answer(standIn, request);
  });
  return standIn;
}

async function answer(standIn: DodoStandIn, request: Request): Promise<Response> {
  const refuse = (status: number, message: string) => Response.json({ code: 'REFUSED', message }, { status });
  if (request.headers.get('authorization') !== `Bearer ${DODO_API_KEY}`) return refuse(401, 'unauthorized');
  const { pathname } = new URL(request.url);
  const body = request.method === 'POST' ? await request.json<Json>() : undefined;
  standIn.calls.push({ method: `${request.method} ${pathname}`, body });
  const [, kind, id = ''] = /^\/(checkouts|payments)(?:\/(.+))?$/.exec(pathname) ?? [];
  if (body && kind === 'checkouts' && id === '') return createCheckout(standIn, body);
  const found = (kind === 'checkouts' ? standIn.checkouts : standIn.payments).get(id);
  return found ? Response.json(found) : refuse(404, 'not found');
}

function createCheckout(standIn: DodoStandIn, body: Json): Response {
  const [item] = body.product_cart ?? [];
  if (item?.product_id !== DODO_PRODUCT_ID || item.quantity !== 1 || !Number.isInteger(item.amount))
    return Response.json({ code: 'INVALID_REQUEST_BODY', message: 'product_cart' }, { status: 422 });
  const id = `cks_${crypto.randomUUID()}`;
  standIn.checkouts.set(id, {
    ...{ id, created_at: new Date().toISOString(), payment_id: null, payment_status: null },
    ...{ amount: item.amount, currency: body.billing_currency, email: body.customer?.email, metadata: body.metadata },
  });
  return Response.json({ session_id: id, checkout_url: `https://test.checkout.dodopayments.com/session/${id}` });
}

// --- Webhooks

/** The objects of events, with the fields of Dodo's API: https://docs.dodopayments.com/developer-resources/webhooks */
export const dodoObject = {
  refund: (refund_id: string, payment_id: string, amount: number, status: string, change: Json = {}): Json => ({
    ...{ payload_type: 'Refund', refund_id, payment_id, business_id: 'bus_1', amount, currency: 'USD', status },
    ...{ is_partial: true, reason: null, metadata: {}, created_at: '2026-01-02T03:04:05.678901Z', ...change },
  }),
  /** @param dispute_stage `pre_dispute`, `dispute` or `pre_arbitration` */
  dispute: (
    dispute_id: string,
    payment_id: string,
    amount: string,
    dispute_stage: string,
    change: Json = {},
  ): Json => ({
    ...{
      payload_type: 'Dispute',
      dispute_id,
      payment_id,
      business_id: 'bus_1',
      amount,
      currency: 'USD',
      dispute_stage,
    },
    ...{ dispute_status: 'dispute_opened', remarks: null, created_at: '2026-01-02T03:04:05.678901Z', ...change },
  }),
};

interface EventOptions {
  /** The message's. */
  readonly id?: string;
  /** Milliseconds, of the event and of its signature. */
  readonly at?: number;
  /** Of the signature. */
  readonly secret?: string;
}

/** The request that Dodo sends, signed. It can be read once: `clone()` it to send it again. */
export function signedDodoEvent(type: string, data: Json, options: EventOptions = {}): Request {
  const { id = `msg_${crypto.randomUUID()}`, at = Date.now(), secret = DODO_WEBHOOK_SECRET } = options;
  const timestamp = new Date(at);
  const body = JSON.stringify({ business_id: 'bus_1', type, timestamp: timestamp.toISOString(), data });
  return new Request('http://localhost:8787/api/v1/webhook/dodo', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at / 1_000)),
      'webhook-signature': new Webhook(secret).sign(id, timestamp, body),
    },
    body,
  });
}
