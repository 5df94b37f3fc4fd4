/** Seeds the demo world: bundles `world.ts`, which uses the Worker's own code, and runs it. */
import { codeOf } from './authenticator.ts';
import { importSource } from './bundle.ts';
import type { DevVars } from './home.ts';

type World = typeof import('./world.ts');

export async function seed(database: D1Database, vars: DevVars, resetCredentials: boolean) {
  const { seedWorld } = await importSource<World>('scripts/local/world.ts');
  const { DEMO_PASSWORD: password, DEMO_TOTP_SECRET: totpSecret } = vars;
  return seedWorld(database, vars, { password, totpSecret, resetCredentials });
}

type Account = Awaited<ReturnType<typeof seed>>['accounts'][number];

export function listAccounts(accounts: readonly Account[], { DEMO_PASSWORD, DEMO_TOTP_SECRET }: DevVars): string {
  const lines = accounts.map(({ email, is }) => `  ${email.padEnd(26)} ${is}`);
  return [
    ...['Demo accounts', ...lines, `  Password for all: ${DEMO_PASSWORD}`],
    `  The owner also signs in and approves with codes of an authenticator app.`,
    `  Add this secret to yours: ${DEMO_TOTP_SECRET} (the code right now: ${codeOf(DEMO_TOTP_SECRET)})`,
  ].join('\n');
}
