/** A mixed load of all that moves money, over real HTTP: each request is repeated until it is answered, whatever dies. */
import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { TOTP } from 'otpauth';
import { type Answer, Client } from '../../scripts/local/client';
import { type Member, type Product, putOnSale, shopActs } from './shop-load';

const PACKAGE = 'Vault';
const RETRY_MS = 100;
/** A decision about a cash-out needs a code, and each code works once: so few are tried. */
const DECISIONS = ['approve', 'reject', 'paid', 'returned'] as const;
const DISPUTES = ['dispute', 'lose-dispute', 'win-dispute'] as const;

export interface Load {
  /** Runs until it is stopped; what was begun is finished first. @param workers at once */
  run(workers: number, isStopped: () => boolean): Promise<void>;
  /** Sends accepted requests again, with their keys. Returns those that are answered otherwise than before. */
  replay(): Promise<string[]>;
  /** How often each act was accepted. */
  readonly accepted: ReadonlyMap<string, number>;
  readonly owner: Client;
}

interface Cast {
  readonly origin: string;
  readonly vars: Readonly<Record<string, string>>;
  readonly owner: Client;
  readonly buyers: readonly Member[];
  readonly creators: readonly Member[];
  readonly packageId: string;
  readonly purchases: string[];
  readonly products: readonly Product[];
}

type Acts = Readonly<Record<string, () => Promise<Answer | undefined>>>;

/** A keyed request that was accepted, and what it made. */
interface Done {
  readonly name: string;
  readonly send: () => Promise<Answer>;
  readonly id: string;
}

export async function openLoad(
  origin: string,
  vars: Readonly<Record<string, string>>,
  buyersCount: number,
): Promise<Load> {
  const cast = await gather(origin, vars, buyersCount);
  const accepted = new Map<string, number>();
  const done: Done[] = [];
  const once = (api: Client) => api.as({ 'idempotency-key': randomUUID() });
  const keyed = async (name: string, send: () => Promise<Answer>): Promise<Answer> => {
    const answer = await untilAnswered(send);
    if (answer.status < 300) done.push({ name, send, id: madeBy(answer) });
    return answer;
  };
  const post = (name: string, { api }: Member, path: string, body: unknown) => {
    const client = once(api);
    return keyed(name, () => client.try('POST', path, body));
  };

  const acts: Acts = {
    async buy() {
      const answer = await post('buy', anyOf(cast.buyers), '/payment/purchase', {
        ...{ packageId: cast.packageId, successUrl: `${origin}/a`, cancelUrl: `${origin}/b` },
      });
      if (answer.status !== 201) return answer;
      cast.purchases.push(answer.data.id);
      return press(cast, answer.data.id, 'pay');
    },
    dispute: async () => (cast.purchases.length > 0 ? press(cast, anyOf(cast.purchases), anyOf(DISPUTES)) : undefined),
    tip: () =>
      post('tip', anyOf([...cast.buyers, ...cast.creators]), '/payment/tip', {
        ...{ recipientId: anyOf(cast.creators).userId, coins: randomInt(10, 3_000) },
      }),
    async subscribe() {
      const { userId: creatorId } = anyOf(cast.creators);
      const { data } = await untilAnswered(() => cast.owner.try('GET', `/payment/tiers/${creatorId}`));
      const tierId = data?.tiers[0]?.id;
      return tierId && post('subscribe', anyOf(cast.buyers), '/payment/subscribe', { creatorId, tierId });
    },
    async block() {
      const [{ api }, { userId }] = [anyOf(cast.creators), anyOf(cast.buyers)];
      const answer = await untilAnswered(() => api.try('POST', `/social/block/${userId}`));
      await untilAnswered(() => api.try('DELETE', `/social/block/${userId}`));
      return answer;
    },
    exchange: () => post('exchange', anyOf(cast.creators), '/earnings/exchange', { diamonds: randomInt(10, 2_000) }),
    'cash out': () =>
      post('cash out', anyOf(cast.creators), '/payment/payout', {
        ...{ source: 'diamonds', diamonds: randomInt(1_000, 2_000), method: 'bank' },
      }),
    async decide() {
      const { data } = await untilAnswered(() => cast.owner.try('GET', '/owner/panel/cashouts?perPage=20'));
      const payout = data?.items.length > 0 ? anyOf<{ id: string }>(data.items) : undefined;
      const verb = anyOf(DECISIONS);
      const bodies = {
        approve: codeOf(vars),
        reject: { reason: 'No' },
        paid: { reference: 'B' },
        returned: { reason: 'No' },
      };
      return (
        payout && untilAnswered(() => cast.owner.try('PUT', `/owner/panel/cashouts/${payout.id}/${verb}`, bodies[verb]))
      );
    },
  };
  const all: Acts = {
    ...acts,
    ...shopActs({ ...cast, post, untilAnswered, anyOf, press: (id, decision) => press(cast, id, decision) }),
  };
  const names = ['buy', 'buy', 'tip', 'tip', 'tip', 'order', 'order', 'order', ...Object.keys(all)];

  return {
    accepted,
    owner: cast.owner,
    async run(workers, isStopped) {
      const work = async () => {
        while (!isStopped()) {
          const name = anyOf(names);
          const answer = await all[name]?.();
          if (answer && answer.status >= 500) throw new Error(`${name} is ${answer.status} ${answer.error?.code}`);
          if (answer && answer.status < 400) accepted.set(name, (accepted.get(name) ?? 0) + 1);
        }
      };
      await Promise.all(Array.from({ length: workers }, work));
    },
    async replay() {
      const odd: string[] = [];
      for (const { name, send, id } of done.splice(0)) {
        const { status, data } = await untilAnswered(send);
        const again = status < 300 ? madeBy({ status, data }) : undefined;
        if (again !== id) odd.push(`${name} ${id} is answered with ${status} ${again}`);
      }
      return odd;
    },
  };
}

async function gather(origin: string, vars: Cast['vars'], buyersCount: number): Promise<Cast> {
  const anyone = new Client(origin);
  const password = vars.DEMO_PASSWORD ?? '';
  const known = async (api: Client): Promise<Member> => ({ api, userId: (await api.call('GET', '/auth/me')).id });
  const creators: Member[] = [];
  for (const name of ['creator1', 'creator2']) {
    const creator = await known(await anyone.as({}).signIn(`${name}@footlight.test`, password));
    await creator.api.call('PUT', '/payment/tiers', { tiers: [{ name: 'Friends', coinsPerMonth: 501 }] });
    creators.push(creator);
  }
  const buyers: Member[] = [];
  for (let number = 0; number < buyersCount; number += 1) {
    const username = `buyer_${number}`;
    const account = { email: `${username}@footlight.test`, password: 'a long enough secret', username };
    buyers.push(await known(await anyone.as({}).signUp(account)));
  }
  const { items } = await anyone.call('GET', '/payment/packages');
  const { id: packageId } = items.find(({ name }: { name: string }) => name === PACKAGE);
  const owner = await signInOwner(anyone, vars);
  const products = await putOnSale(owner, creators);
  return { origin, vars, owner, buyers, creators, packageId, purchases: [], products };
}

/** With the code of an authenticator app, if the owner has one. */
async function signInOwner(anyone: Client, vars: Cast['vars']): Promise<Client> {
  const account = { email: vars.OWNER_EMAIL, password: vars.DEMO_PASSWORD };
  const begun = await anyone.call('POST', '/auth/login', account);
  const { accessToken } = begun.twoFactorRequired
    ? await anyone.call('POST', '/auth/2fa/verify', { challenge: begun.challenge, ...codeOf(vars) })
    : begun;
  return anyone.as({ authorization: `Bearer ${accessToken}` });
}

function codeOf({ DEMO_TOTP_SECRET: secret }: Cast['vars']): { code: string } | undefined {
  return secret ? { code: new TOTP({ secret }).generate() } : undefined;
}

/** A button of the sandbox's page; its signed event goes to the ordinary webhook. */
function press({ origin }: Cast, purchaseId: string, decision: string): Promise<Answer> {
  return untilAnswered(async () => {
    const response = await fetch(`${origin}/dev/checkout/${purchaseId}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', 'cf-connecting-ip': anAddress() },
      body: JSON.stringify({ decision }),
    });
    return { ...((await response.json()) as Omit<Answer, 'status'>), status: response.status };
  });
}

/** The id of what an accepted request made. */
function madeBy({ data }: Pick<Answer, 'data' | 'status'>): string {
  return data.orderId ?? data.id;
}

const anAddress = () => `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`;

/** The server may be dead, or may be killed before it answers: then nobody knows whether it was done. */
async function untilAnswered(send: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await send().catch(() => undefined);
    if (answer && answer.status !== 429 && answer.status !== 503) return answer;
    await sleep(RETRY_MS);
  }
}

function anyOf<T>(list: readonly T[]): T {
  return list[randomInt(list.length)] as T; // never called with an empty list
}
