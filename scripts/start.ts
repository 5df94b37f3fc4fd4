/**
 * `npm start`: the whole of Footlight on one's own machine. Secrets, migrations and the demo world are made if they
 * are missing; the welcome comes last, when everything answers. `--watch` builds again when a source changes.
 */
import { watch } from 'node:fs';
import { resolve } from 'node:path';
import { ensureBuilt } from './local/bundle.ts';
import { ensureDevVars, fail, ROOT, readPort, STATE } from './local/home.ts';
import { isPortFree, type Miniflare, migrate, type Options, startWorker, workerOptions } from './local/miniflare.ts';
import { addPosts } from './local/posts.ts';
import { listAccounts, seed } from './local/seed.ts';

const CRON_MS = 60_000;
/** An editor writes several files at once. */
const SETTLE_MS = 200;

const port = readPort();
const url = `http://localhost:${port}`;
if (!(await isPortFree(port))) fail(`Port ${port} is in use. Try another one: PORT=${port + 1} npm start`);

const { vars, renewed } = ensureDevVars();
await ensureBuilt().catch((error: Error & { stderr?: string }) => fail(error.stderr || error.message));

const options: Options = { bindings: { ...vars, PUBLIC_URL: url }, state: STATE, port, onLog: showFaults };
const server = await startWorker(options).catch((error: Error) => fail(`The server did not start: ${error.message}`));
let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);

const database = await server.getD1Database('DB');
const applied = await migrate(database);
if (applied.length > 0) console.log(`Applied ${applied.length} migration${applied.length === 1 ? '' : 's'}.`);
const { accounts, withoutPosts } = await seed(database, vars, renewed);
setInterval(runCron, CRON_MS);
if (process.argv.includes('--watch')) rebuildOnChange(server);

const health = await fetch(`${url}/health`);
if (!health.ok) fail(`The server started but is not well: ${await health.text()}`);
// A world without them is one all the same.
await addPosts(url, vars, withoutPosts).catch((error: Error) => console.error(`No demo posts: ${error.message}`));
console.log(`
Footlight is on ${url}

  API reference   ${url}/api/v1/docs
  Health          ${url}/health
  Mailbox         ${url}/dev/mail

${listAccounts(accounts, vars)}

\`npm run demo\` plays a show against it. Ctrl-C ends it.`);

/** Faults alone: a line a request is for production's log. */
function showFaults(level: string, message: string): void {
  if (!stopping && (level === 'error' || level === 'warn')) console.error(message);
}

/** The minute's sweeps, as wrangler.toml has them. */
async function runCron(): Promise<void> {
  if (stopping) return;
  const worker = await server.getWorker();
  await worker.scheduled({ cron: '* * * * *' }).catch((error: Error) => showFaults('error', error.message));
}

function rebuildOnChange(running: Miniflare): void {
  let timer: NodeJS.Timeout | undefined;
  watch(resolve(ROOT, 'src'), { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      try {
        await ensureBuilt();
        await running.setOptions(workerOptions(options));
        console.log('Built again.');
      } catch (error) {
        console.error((error as { stderr?: string }).stderr ?? error); // execFile's error carries what wrangler said
      }
    }, SETTLE_MS);
  });
}

async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await server.dispose().catch(() => {}); // the terminal's Ctrl-C has reached workerd as well
  process.exit(0);
}
