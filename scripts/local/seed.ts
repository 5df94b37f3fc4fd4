/** Seeds the demo world: bundles `world.ts`, which uses the Worker's own code, and runs it. */
import { importSource } from './bundle.ts';
import type { DevVars } from './home.ts';

type World = typeof import('./world.ts');

export async function seed(database: D1Database, vars: DevVars, resetPasswords: boolean) {
  const { seedWorld } = await importSource<World>('scripts/local/world.ts');
  return seedWorld(database, vars, { password: vars.DEMO_PASSWORD, resetPasswords });
}

type Account = Awaited<ReturnType<typeof seed>>['accounts'][number];

export function listAccounts(accounts: readonly Account[], { DEMO_PASSWORD }: DevVars): string {
  const lines = accounts.map(({ email, is }) => `  ${email.padEnd(26)} ${is}`);
  return ['Demo accounts', ...lines, `  Password for all: ${DEMO_PASSWORD}`].join('\n');
}
