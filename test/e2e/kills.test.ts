/**
 * Money through kills: in the middle of a mixed load the built bundle is killed without warning, and started again. What
 * was answered stays as it was answered, what was not is repeated with its key, and the audit is clean each time.
 * `KILLS=25 npx vitest run --project e2e test/e2e/kills.test.ts` kills it as often.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Server, startServer } from '#test/support/server';
import { waitFor } from '../../scripts/local/client';
import { type Load, openLoad } from './money-load';

const KILLS = Number(process.env.KILLS ?? 2);
const WORKERS = 8;
const BUYERS = 6;
const LOAD_MS_MIN = 500;
const LOAD_MS_MAX = 3_000;
const MS_EACH_MAX = 90_000;
const PROOF_MS_MAX = 60_000;
/** New accounts may buy as often as the load wants. */
const VARS = {
  ENVIRONMENT: 'development',
  OWNER_EMAIL: 'owner@footlight.test',
  DAILY_CHECKOUTS: '100000/100000',
};

let server: Server;
let load: Load;

beforeAll(async () => {
  server = await startServer(VARS);
  load = await openLoad(server.origin, server.vars, BUYERS);
});

afterAll(() => server?.remove());

it(`keeps the books clean through ${KILLS} kills, and answers each repeated request as before`, {
  timeout: (KILLS + 1) * MS_EACH_MAX,
}, async () => {
  for (let kill = 1; kill <= KILLS; kill += 1) {
    let isOver = false;
    const running = load.run(WORKERS, () => isOver);
    await sleep(randomInt(LOAD_MS_MIN, LOAD_MS_MAX));
    await server.kill();
    await server.start();
    isOver = true;
    await running;
    expect(await load.replay()).toEqual([]);
    expect(await prove(), `after kill ${kill}`).toMatchObject({ state: 'clean', findings: [] });
  }
  if (process.env.KILLS) process.stderr.write(`${JSON.stringify(Object.fromEntries(load.accepted))}\n`);
});

async function prove() {
  const { owner } = load;
  const { id } = await owner.call('POST', '/owner/panel/ledger/audit', { whole: true });
  return waitFor(
    'the proof',
    async () => {
      const { last } = await owner.call('GET', '/owner/panel/ledger/audit');
      return last?.id === id ? last : undefined;
    },
    PROOF_MS_MAX,
  );
}
