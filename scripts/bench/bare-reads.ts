/**
 * The peer of a read: a Worker that asks D1 what Footlight was seen to ask, in the same calls, and answers the rows as
 * they come; no sign-in, no rule, no shape. What Footlight takes longer than it, its rules take.
 */
import type { Call, Stage } from './recording-d1';

/** By the path under which it was put. */
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
    if (!stages) return new Response('Nothing was recorded for it', { status: 404 });
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
