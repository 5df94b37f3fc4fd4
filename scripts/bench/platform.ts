/** Creates a database of realistic size in a folder. This takes long, so several measurements share it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, startWorker } from '../local/miniflare.ts';
import { seed } from '../local/seed.ts';
import { VARS } from './plan.ts';
import { LIKES, likesPopulation, POPULATION, POSTS_POPULATION } from './population.ts';

/** @param work gets the folder with the state, which is deleted afterwards */
export async function withPlatform(work: (state: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'footlight-bench-'));
  try {
    const state = join(folder, 'state');
    const server = await startWorker({ bindings: VARS, state });
    try {
      const database = await server.getD1Database('DB');
      await migrate(database);
      await seed(database, VARS, false);
      for (const statement of [...POPULATION, ...POSTS_POPULATION, ...likesPopulation(LIKES)])
        await database.prepare(statement).run();
    } finally {
      await server.dispose();
    }
    await work(state);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
