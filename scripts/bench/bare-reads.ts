/**
 * The baseline for a read: a Worker that repeats Footlight's recorded D1 calls and returns the rows unchanged, without
 * sign-in, rules or wire shapes. The difference to Footlight is the cost of those.
 */
import type { Call, Stage } from './recording-d1';

/** Key: the path that the recording was PUT to. */
const recorded = new Map<string, readonly Stage[]>();

export class StreamRoom {} // wrangler.toml binds one

export default {
  async fetch(request: Request, { DB }: { DB: D1Database }): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (request.method === 'PUT') {
      recorded.set(pathname, await request.json<Stage[]>());
      return new Response();
    }
    const stages = recorded.get(pathname);
    if (!stages) return new Response('Nothing was recorded for this path', { status: 404 });
    const answers: unknown[] = [];
    for (const stage of stages) answers.push(...(await Promise.all(stage.map((call) => ask(DB, call)))));
    return Response.json(answers);
  },
  queue() {},
  scheduled() {},
};

async function ask(database: D1Database, { method, questions }: Call): Promise<unknown> {
  const statements = questions.map(({ sql, values }) => database.prepare(sql).bind(...values));
  if (method === 'batch') return (await database.batch(statements)).map(({ results }) => results);
  const [statement] = statements;
  return method === 'raw' ? statement?.raw() : (await statement?.all())?.results;
}
