/** The query plans of a use case: which index each of its statements goes by. */
import { env } from 'cloudflare:workers';
import { openDatabase } from '@/db/client';
import { testContext } from './context';

/** How SQLite would run the statements of a use case, a list of steps each. */
export async function plansOf(use: (ctx: ReturnType<typeof testContext>) => Promise<unknown>): Promise<string[]> {
  const asked: string[] = [];
  const spy = new Proxy(env.DB, {
    get(target, name) {
      if (name === 'prepare')
        return (query: string) => {
          asked.push(query);
          return target.prepare(query);
        };
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  await use(Object.assign(testContext(), { db: openDatabase(spy) })).catch(() => undefined); // nothing is there to be found
  return Promise.all(
    asked.map(async (query) => {
      const values = [...query.matchAll(/\?/g)].map(() => 'x');
      const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${query}`)
        .bind(...values)
        .all<{ detail: string }>();
      return results.map(({ detail }) => detail).join('\n');
    }),
  );
}
