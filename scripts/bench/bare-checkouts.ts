/**
 * The baseline for a checkout: a Worker that repeats the D1 calls of one recorded checkout, each time for another buyer
 * and product, and with new ids, without sign-in, rules or envelope. The difference to Footlight is the cost of those.
 */
import type { Call, Stage } from './recording-d1';

interface Recording {
  readonly stages: readonly Stage[];
  readonly buyerId: string;
  readonly productId: string;
  readonly variantId: string;
  /** An id that a new checkout keeps. Every other one is new each time. */
  readonly sellerId: string;
}

/** Who buys what. */
type Asked = Pick<Recording, 'buyerId' | 'productId' | 'variantId'>;

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
/** Orders have a random number of their own: 40PJ-MZHJ-S9M9. */
const NUMBER = /^[0-9A-Z]{4}(?:-[0-9A-Z]{4}){2}$/;

let recording: Recording | undefined;

export class StreamRoom {} // wrangler.toml binds one

export default {
  async fetch(request: Request, { DB }: { DB: D1Database }): Promise<Response> {
    if (request.method === 'PUT') {
      recording = await request.json<Recording>();
      return new Response();
    }
    if (!recording) return new Response('Nothing was recorded', { status: 404 });
    const renew = renewerOf(recording, await request.json<Asked>());
    const answers: unknown[] = [];
    for (const stage of recording.stages)
      answers.push(...(await Promise.all(stage.map((call) => ask(DB, call, renew)))));
    return Response.json(answers);
  },
  queue() {},
  scheduled() {},
};

type Renew = (value: unknown) => unknown;

/** Maps each value of the recording to the one of this checkout; equal ids stay equal. */
function renewerOf({ buyerId, productId, variantId, sellerId }: Recording, asked: Asked): Renew {
  const known = new Map([
    [buyerId, asked.buyerId],
    [productId, asked.productId],
    [variantId, asked.variantId],
    [sellerId, sellerId],
  ]);
  const renewed = (old: string, make: () => string) => {
    const value = known.get(old) ?? make();
    known.set(old, value);
    return value;
  };
  return (value) =>
    typeof value === 'string'
      ? value
          .replaceAll(UUID, (id) => renewed(id, () => crypto.randomUUID()))
          .replace(NUMBER, (number) => renewed(number, () => crypto.randomUUID().toUpperCase()))
      : value;
}

async function ask(database: D1Database, { method, questions }: Call, renew: Renew): Promise<unknown> {
  const statements = questions.map(({ sql, values }) => database.prepare(sql).bind(...values.map(renew)));
  if (method === 'batch') return (await database.batch(statements)).map(({ results }) => results);
  const [statement] = statements;
  return method === 'raw' ? statement?.raw() : (await statement?.all())?.results;
}
