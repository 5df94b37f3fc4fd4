/** Every file starts on an empty, migrated database: tests share nothing but the schema. */
import { type D1Migration, reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll } from 'vitest';
import { migrate } from './migrated';

declare global {
  namespace Cloudflare {
    interface Env extends Omit<import('@/config').Env, 'MIGRATIONS'> {
      MIGRATIONS: D1Migration[];
    }
    interface GlobalProps {
      mainModule: typeof import('@/index');
    }
  }
}

beforeAll(async () => {
  await reset();
  await migrate(env.DB, env.MIGRATIONS);
});
