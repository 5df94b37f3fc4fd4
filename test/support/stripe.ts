/**
 * A stand-in of Stripe's API at the HTTP boundary: what the real SDK sends to `api.stripe.com` is checked (key, form,
 * required fields, Idempotency-Key) and answered from memory as Stripe does; every other request goes to the real
 * fetch. Its events are signed by the SDK's own generator.
 */
import Stripe from 'stripe';
import { vi } from 'vitest';

export const STRIPE_SECRET_KEY = 'sk_test_footlight';
export const STRIPE_WEBHOOK_SECRET = 'whsec_footlight';
/** For `testContext` and `clientWith`. */
export const STRIPE_ENV = { PAYMENT_PROVIDER: 'stripe', STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET };

const HOST = 'api.stripe.com';
const SESSION_SECONDS_MIN = 30 * 60;
const SESSION_SECONDS_MAX = 24 * 60 * 60;

// biome-ignore lint/suspicious/noExplicitAny: whatever JSON Stripe speaks, and a test looks into it
type Json = Record<string, any>;

interface Call {
  /** `POST /v1/checkout/sessions` */
  readonly method: string;
  /** The form, nested as its names say; every value is a string. */
  readonly body: Json;
  readonly idempotencyKey: string | null;
}

/** `lost`: carried out, but the answer never comes. */
type Trouble = 'away' | 'slow' | 'lost' | 429 | 500 | 503 | { status: number; error: Json };

export interface StripeStandIn {
  readonly calls: Call[];
  readonly sessions: Map<string, Json>;
  readonly accounts: Map<string, Json>;
  readonly transfers: Json[];
  readonly paymentIntents: Map<string, Json>;
  /** Newest first, as Stripe lists them. */
  readonly refunds: StripeRefund[];
  /** What the platform has; a transfer takes from it. */
  balance: number;
  callsOf(method: string): Json[];
  /** The next call (of this method, where one is named) goes wrong like this, and no other. */
  failNext(trouble: Trouble, method?: string): void;
  /** The buyer pays: answers the session as `checkout.session.completed` tells it. */
  completeSession(sessionId: string, change?: Json): Json;
  expireSession(sessionId: string): Json;
  /** Some of a payment is refunded: answers the refund as `refund.created` tells it. */
  refund(payment_intent: string, amount: number, change?: Partial<StripeRefund>): StripeRefund;
  /** A refund came back: answers it as `refund.failed` tells it. */
  failRefund(refundId: string): StripeRefund;
  /** The creator has told Stripe who they are: answers the account as `account.updated` tells it. */
  completeOnboarding(accountId: string): Json;
  /** The whole transfer comes back: answers it as `transfer.reversed` tells it. */
  reverseTransfer(transferId: string, change?: Json): Json;
}

class StripeFault extends Error {
  constructor(
    readonly status: number,
    readonly error: Json,
  ) {
    super(String(error.message ?? error.type));
  }
}

const invalid = (message: string, more: Json = {}, status = 400) =>
  new StripeFault(status, { type: 'invalid_request_error', message, ...more });

/** Until the test ends (mocks are restored); a test that needs Stripe makes its own. */
export function standInForStripe(): StripeStandIn {
  const calls: Call[] = [];
  const troubles: { trouble: Trouble; method: string | undefined }[] = [];
  const answers = new Map<string, Answered>();
  const standIn: StripeStandIn = {
    calls,
    sessions: new Map(),
    accounts: new Map(),
    transfers: [],
    paymentIntents: new Map(),
    refunds: [],
    balance: 1_000_000,
    callsOf: (method) => calls.filter((call) => call.method === method).map((call) => call.body),
    failNext: (trouble, method) => troubles.push({ trouble, method }),
    completeSession(sessionId, change = {}) {
      const payment_intent = `pi_${crypto.randomUUID()}`;
      const session = known(standIn.sessions, sessionId);
      // Our checkouts give the payment intent the same metadata as the session.
      const { metadata } = session;
      standIn.paymentIntents.set(payment_intent, { id: payment_intent, object: 'payment_intent', metadata });
      return Object.assign(session, {
        ...{ status: 'complete', payment_status: 'paid', payment_intent, url: null },
        ...change,
      });
    },
    expireSession: (sessionId) => Object.assign(known(standIn.sessions, sessionId), { status: 'expired', url: null }),
    refund(payment_intent, amount, change = {}) {
      const refund = stripeObject.refund(`re_${crypto.randomUUID()}`, payment_intent, amount, change);
      standIn.refunds.unshift(refund);
      return refund;
    },
    failRefund(refundId) {
      const refund = standIn.refunds.find(({ id }) => id === refundId);
      if (!refund) throw new Error(`The stand-in has no ${refundId}`);
      return Object.assign(refund, { status: 'failed', failure_reason: 'expired_or_canceled_card' });
    },
    reverseTransfer(transferId, change = {}) {
      const transfer = standIn.transfers.find(({ id }) => id === transferId);
      if (!transfer) throw new Error(`The stand-in has no ${transferId}`);
      return Object.assign(transfer, { amount_reversed: transfer.amount, reversed: true, ...change });
    },
    completeOnboarding: (accountId) =>
      Object.assign(known(standIn.accounts, accountId), {
        ...{ payouts_enabled: true, details_submitted: true, capabilities: { transfers: 'active' } },
      }),
  };

  async function answer(request: Request): Promise<Response> {
    const called = `${request.method} ${new URL(request.url).pathname}`;
    const index = troubles.findIndex(({ method }) => method === undefined || method === called);
    const trouble = index < 0 ? undefined : troubles.splice(index, 1)[0]?.trouble;
    if (trouble === 'away') throw new TypeError('Network connection lost.');
    if (trouble === 'slow') throw new DOMException('The operation was aborted.', 'AbortError');
    try {
      if (typeof trouble === 'number')
        throw new StripeFault(trouble, { type: 'api_error', message: 'something broke' });
      if (typeof trouble === 'object') throw new StripeFault(trouble.status, trouble.error);
      const done = await carryOut(standIn, answers, request);
      if (trouble === 'lost') throw new TypeError('Network connection lost.');
      return Response.json(done);
    } catch (error) {
      if (!(error instanceof StripeFault)) throw error;
      return Response.json({ error: error.error }, { status: error.status });
    }
  }

  const realFetch = globalThis.fetch;
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    return new URL(request.url).host === HOST ? answer(request) : realFetch(request);
  });
  return standIn;
}

function known(objects: Map<string, Json>, id: string): Json {
  const object = objects.get(id);
  if (!object) throw new Error(`The stand-in has no ${id}`);
  return object;
}

interface Answered {
  readonly request: string;
  /** Returns the answer, or throws the refusal. */
  readonly done: () => Json;
}

/** As Stripe keeps it under the key: a refusal stays one. */
function outcomeOf(handler: () => Json): () => Json {
  try {
    const answer = handler();
    return () => answer;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

/** The same key with the same parameters is the same answer, a refusal too; with others it is refused. */
async function carryOut(standIn: StripeStandIn, answers: Map<string, Answered>, request: Request): Promise<Json> {
  if (request.headers.get('authorization') !== `Bearer ${STRIPE_SECRET_KEY}`)
    throw new StripeFault(401, { type: 'invalid_request_error', message: 'Invalid API Key provided' });
  const { pathname, searchParams } = new URL(request.url);
  const form = request.method === 'POST' ? new URLSearchParams(await textOf(request)) : searchParams;
  const body = unflatten(form);
  const idempotencyKey = request.headers.get('idempotency-key');
  standIn.calls.push({ method: `${request.method} ${pathname}`, body, idempotencyKey });
  const asked = `${request.method} ${pathname} ${form}`;
  const before = idempotencyKey === null ? undefined : answers.get(idempotencyKey);
  if (before && before.request !== asked)
    throw new StripeFault(400, { type: 'idempotency_error', message: 'Keys for idempotent requests can only be …' });
  if (before) return before.done();
  for (const [method, pattern, handler] of ROUTES) {
    const match = method === request.method ? pattern.exec(pathname) : null;
    if (!match) continue;
    const done = outcomeOf(() => structuredClone(handler(standIn, body, match[1] ?? '')));
    if (idempotencyKey !== null) answers.set(idempotencyKey, { request: asked, done });
    return done();
  }
  throw invalid(`Unrecognized request URL (${request.method}: ${pathname})`, {}, 404);
}

/** The platform warns of text() on a form. */
async function textOf(request: Request): Promise<string> {
  return new TextDecoder().decode(await request.arrayBuffer());
}

/** `line_items[0][price_data][currency]=usd` → the object that it was. */
function unflatten(form: URLSearchParams): Json {
  const root: Json = {};
  for (const [name, value] of form) {
    const path = name.split(/[[\]]+/).filter(Boolean);
    const last = path.pop() ?? '';
    let at = root;
    for (const step of path) {
      at[step] ??= {};
      at = at[step];
    }
    at[last] = value;
  }
  return root;
}

function need(body: Json, ...paths: string[]): void {
  for (const path of paths) {
    const value = path.split('.').reduce<Json | undefined>((at, step) => at?.[step], body);
    if (value === undefined || String(value) === '')
      throw invalid(`Missing required param: ${path}.`, { param: path, code: 'parameter_missing' });
  }
}

function positive(text: unknown, param: string): number {
  if (!/^[1-9]\d*$/.test(String(text))) throw invalid(`Invalid integer: ${text}`, { param });
  return Number(text);
}

function currencyOf(text: unknown): string {
  if (!/^[a-z]{3}$/.test(String(text))) throw invalid(`Invalid currency: ${text}`, { param: 'currency' });
  return String(text);
}

const nowSeconds = () => Math.floor(Date.now() / 1_000);

type Handler = (standIn: StripeStandIn, body: Json, id: string) => Json;

const ROUTES: readonly (readonly ['GET' | 'POST', RegExp, Handler])[] = [
  [
    'POST',
    /^\/v1\/checkout\/sessions$/,
    (standIn, body) => {
      need(body, 'mode', 'success_url', 'line_items.0.quantity', 'line_items.0.price_data.product_data.name');
      const { unit_amount, currency } = body.line_items[0].price_data;
      const ahead = Number(body.expires_at) - nowSeconds();
      if (ahead < SESSION_SECONDS_MIN || ahead > SESSION_SECONDS_MAX)
        throw invalid('The `expires_at` timestamp must be between 30 minutes and 24 hours from now.');
      const id = `cs_test_${crypto.randomUUID()}`;
      const session = {
        ...{ id, object: 'checkout.session', mode: body.mode, status: 'open', payment_status: 'unpaid' },
        amount_total: positive(unit_amount, 'unit_amount') * positive(body.line_items[0].quantity, 'quantity'),
        currency: currencyOf(currency),
        client_reference_id: body.client_reference_id ?? null,
        metadata: body.metadata ?? {},
        payment_intent: null,
        customer_email: body.customer_email ?? null,
        customer_details: { email: body.customer_email ?? null, name: null, phone: null, address: null },
        url: `https://checkout.stripe.com/c/pay/${id}`,
        expires_at: Number(body.expires_at),
      };
      standIn.sessions.set(id, session);
      return session;
    },
  ],
  [
    'GET',
    /^\/v1\/checkout\/sessions\/([^/]+)$/,
    (standIn, _body, id) => {
      const session = standIn.sessions.get(id);
      if (!session) throw invalid(`No such checkout.session: ${id}`, { code: 'resource_missing' }, 404);
      return session;
    },
  ],
  [
    'GET',
    /^\/v1\/payment_intents\/([^/]+)$/,
    (standIn, _body, id) => {
      const intent = standIn.paymentIntents.get(id);
      if (!intent) throw invalid(`No such payment_intent: '${id}'`, { code: 'resource_missing' }, 404);
      return intent;
    },
  ],
  [
    'GET',
    /^\/v1\/refunds$/,
    (standIn, { payment_intent, limit = '10' }) => {
      const found = standIn.refunds.filter((refund) => refund.payment_intent === payment_intent);
      return { object: 'list', data: found.slice(0, Number(limit)), has_more: found.length > Number(limit) };
    },
  ],
  [
    'POST',
    /^\/v1\/accounts$/,
    (standIn, body) => {
      need(body, 'type', 'capabilities.transfers.requested');
      const id = `acct_${crypto.randomUUID().replaceAll('-', '').slice(0, 16)}`;
      const account = {
        ...{ id, object: 'account', type: body.type, email: body.email ?? null, country: body.country ?? 'US' },
        ...{ payouts_enabled: false, charges_enabled: false, details_submitted: false },
        capabilities: { transfers: 'inactive' },
        metadata: body.metadata ?? {},
      };
      standIn.accounts.set(id, account);
      return account;
    },
  ],
  [
    'GET',
    /^\/v1\/accounts\/([^/]+)$/,
    (standIn, _body, id) => {
      const account = standIn.accounts.get(id);
      if (account) return account;
      const message = `The provided key does not have access to account '${id}' (or that account does not exist).`;
      throw invalid(message, { code: 'account_invalid' }, 403);
    },
  ],
  [
    'POST',
    /^\/v1\/account_links$/,
    (standIn, body) => {
      need(body, 'account', 'type', 'return_url', 'refresh_url');
      if (!standIn.accounts.has(body.account)) throw invalid(`No such account: ${body.account}`);
      const url = `https://connect.stripe.com/setup/e/${body.account}/${crypto.randomUUID()}`;
      return { object: 'account_link', created: nowSeconds(), expires_at: nowSeconds() + 300, url };
    },
  ],
  [
    'POST',
    /^\/v1\/transfers$/,
    (standIn, body) => {
      need(body, 'amount', 'currency', 'destination');
      const amount = positive(body.amount, 'amount');
      const account = standIn.accounts.get(body.destination);
      if (!account) throw invalid(`No such destination: '${body.destination}'`, { code: 'resource_missing' });
      if (account.capabilities.transfers !== 'active')
        throw invalid('Your destination account needs to have at least one of the following capabilities enabled: …', {
          code: 'insufficient_capabilities_for_transfer',
        });
      if (amount > standIn.balance)
        throw invalid('You have insufficient available funds in your Stripe account.', {
          code: 'balance_insufficient',
        });
      standIn.balance -= amount;
      const transfer = {
        ...{ id: `tr_${crypto.randomUUID()}`, object: 'transfer', amount, currency: currencyOf(body.currency) },
        ...{ amount_reversed: 0, reversed: false },
        ...{
          destination: body.destination,
          transfer_group: body.transfer_group ?? null,
          metadata: body.metadata ?? {},
        },
      };
      standIn.transfers.unshift(transfer);
      return transfer;
    },
  ],
  [
    'GET',
    /^\/v1\/transfers$/,
    (standIn, { transfer_group, limit = '10' }) => {
      const found = standIn.transfers.filter(
        (transfer) => transfer_group === undefined || transfer.transfer_group === transfer_group,
      );
      return { object: 'list', data: found.slice(0, Number(limit)), has_more: found.length > Number(limit) };
    },
  ],
];

// --- Webhooks

export type StripeRefund = Stripe.Refund;
type StripeDispute = Pick<
  Stripe.Dispute,
  | ('id' | 'object' | 'charge' | 'payment_intent' | 'amount' | 'currency' | 'status' | 'reason' | 'created')
  | ('balance_transactions' | 'is_charge_refundable' | 'livemode' | 'metadata')
>;

/** The objects of events, with the fields and types of Stripe's SDK. */
export const stripeObject = {
  charge: (payment_intent: string, amount: number, amount_refunded: number, change: Json = {}): Json => ({
    ...({
      ...{ id: `ch_${payment_intent}`, object: 'charge', amount, amount_refunded, currency: 'usd', payment_intent },
      ...{ refunded: amount_refunded === amount, metadata: {}, livemode: false },
    } satisfies Partial<Stripe.Charge>),
    ...change,
  }),
  refund: (id: string, payment_intent: string, amount: number, change: Partial<StripeRefund> = {}): StripeRefund => ({
    ...{ id, object: 'refund', amount, currency: 'usd', payment_intent, charge: `ch_${payment_intent}` },
    ...{ status: 'succeeded', reason: 'requested_by_customer', created: nowSeconds(), metadata: {} },
    ...{ balance_transaction: `txn_${id}`, customer: null, customer_account: null, payment_method: null },
    ...{ receipt_number: null, source_transfer_reversal: null, transfer_reversal: null },
    ...change,
  }),
  dispute: (
    id: string,
    payment_intent: string,
    amount: number,
    status: Stripe.Dispute.Status,
    change: Partial<StripeDispute> = {},
  ): StripeDispute => ({
    ...{ id, object: 'dispute', charge: `ch_${payment_intent}`, payment_intent, amount, currency: 'usd', status },
    ...{ reason: 'fraudulent', created: nowSeconds(), balance_transactions: [], is_charge_refundable: false },
    ...{ livemode: false, metadata: {} },
    ...change,
  }),
  fraudWarning: (id: string, payment_intent: string): Stripe.Radar.EarlyFraudWarning => ({
    ...{ id, object: 'radar.early_fraud_warning', payment_intent, charge: `ch_${payment_intent}` },
    ...{ actionable: true, created: nowSeconds(), fraud_type: 'unauthorized_use_of_card', livemode: false },
  }),
};

interface EventOptions {
  /** The event's. */
  readonly id?: string;
  /** Milliseconds, of the event and of its signature. */
  readonly created?: number;
  /** Of the signature. */
  readonly secret?: string;
  /** The connected account that it is of. */
  readonly account?: string;
  /** Of real money. */
  readonly livemode?: boolean;
}

/** The request that Stripe sends, signed. It can be read once: `clone()` it to send it again. */
export async function signedStripeEvent(type: string, object: object, options: EventOptions = {}): Promise<Request> {
  const { id = `evt_${crypto.randomUUID()}`, created = Date.now(), secret = STRIPE_WEBHOOK_SECRET } = options;
  const { account, livemode = false } = options;
  const timestamp = Math.floor(created / 1_000);
  const event = { id, object: 'event', type, created: timestamp, livemode, account, data: { object } };
  const payload = JSON.stringify(event);
  const signature = await Stripe.webhooks.generateTestHeaderStringAsync({ payload, secret, timestamp });
  return new Request('http://localhost:8787/api/v1/webhook/stripe', {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signature },
    body: payload,
  });
}
