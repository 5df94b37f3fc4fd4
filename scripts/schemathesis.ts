/**
 * `npm run schemathesis`: runs schemathesis over the whole OpenAPI document as a viewer, a creator and the owner,
 * against a server of its own without rate limits. docs/operating.md says how to install it. Arguments after `--` go to
 * schemathesis; `FOOTLIGHT_ROLES=viewer` runs one role.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const home = mkdtempSync(join(tmpdir(), 'footlight-schemathesis-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));
process.env.FOOTLIGHT_HOME = home; // before home.ts reads it
process.env.LIVEKIT_URL = 'ws://localhost:1'; // none runs

const { authenticatorOf } = await import('./local/authenticator.ts');
const { ensureBuilt } = await import('./local/bundle.ts');
const { ensureDevVars, fail, failAt, ROOT, STATE } = await import('./local/home.ts');
const { migrate, startWorker, workerOptions } = await import('./local/miniflare.ts');
const { seed } = await import('./local/seed.ts');
const { Client } = await import('./local/client.ts');

const PORT = Number(process.env.PORT ?? 9_477);
const FOLDER = resolve(ROOT, 'test/schemathesis');
const ROLES: Readonly<Record<string, string>> = {
  viewer: 'viewer1@footlight.test',
  creator: 'creator1@footlight.test',
  owner: 'owner@footlight.test',
};
/** More than a run sends. */
const MANY = '1000000/1000000';
const DAILY = {
  ...{ DAILY_PICTURES: MANY, DAILY_UPLOADS: '1000GB/1000GB', DAILY_CHECKOUTS: MANY },
  ...{ DAILY_MAILS: MANY, DAILY_SUPPORT: MANY },
};

const origin = `http://localhost:${PORT}`;
const { vars } = ensureDevVars();
await ensureBuilt().catch(failAt('The Worker could not be built'));
const bindings = { ...vars, ...DAILY, PUBLIC_URL: origin };
const silent = { bindings, state: STATE, unlimited: true };
const server = await startWorker(silent);
const database = await server.getD1Database('DB');
await migrate(database);
// NOTE: on a busy machine the idle connection to Miniflare may close while the seed is bundled. It repeats nothing.
await seed(database, vars, true).catch(() => seed(database, vars, true));
await server.setOptions(workerOptions({ ...silent, port: PORT }));

const wanted = (process.env.FOOTLIGHT_ROLES ?? 'viewer,creator,owner').split(',');
let failed = false;
for (const role of wanted) {
  const email = ROLES[role] ?? fail(`There is no role ${role}. Take viewer, creator or owner.`);
  const code = await run(role, await signIn(email));
  failed ||= code !== 0;
}
await server.dispose();
process.exit(failed ? 1 : 0);

/** Returns the session token, which lives longer than a run. */
async function signIn(email: string): Promise<string> {
  const client = new Client(origin);
  const first = await client.call('POST', '/auth/signin/email', { email, password: vars.DEMO_PASSWORD });
  if (first.token) return first.token;
  const { data, error } = await authenticatorOf(vars.DEMO_TOTP_SECRET)((code) =>
    client.try('POST', '/auth/2fa/verify', { challenge: first.challenge, code }),
  );
  return data?.token ?? fail(`${email} could not sign in: ${error?.message}`);
}

function run(role: string, token: string): Promise<number> {
  console.log(`\nAs ${role}`);
  const command = process.env.SCHEMATHESIS ?? 'schemathesis';
  const flags = ['--report', 'json', '--report-json-path', join(tmpdir(), `schemathesis-${role}.json`)];
  const child = spawn(command, ['run', `${origin}/api/v1/openapi.json`, ...flags, ...process.argv.slice(2)], {
    cwd: FOLDER,
    env: {
      ...process.env,
      ...{
        SCHEMATHESIS_HOOKS: 'hooks',
        FOOTLIGHT_ORIGIN: origin,
        FOOTLIGHT_TOKEN: token,
        DEMO_PASSWORD: vars.DEMO_PASSWORD,
      },
      PYTHONDONTWRITEBYTECODE: '1',
    },
    stdio: 'inherit',
  });
  return new Promise((resolveCode, reject) => {
    child.once('error', () => reject(new Error(`${command} is not installed. docs/operating.md says how.`)));
    child.once('exit', (code) => resolveCode(code ?? 1));
  });
}
