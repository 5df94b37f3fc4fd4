/**
 * `npm start`: runs all of Footlight on your machine. It first creates missing secrets, applies migrations and seeds
 * the demo world, and only then listens, so nobody sees a half-made world. `--watch` rebuilds when a source changes.
 */
import { watch } from 'node:fs';
import { resolve } from 'node:path';
import { ensureBuilt } from './local/bundle.ts';
import { ensureDevVars, fail, failAt, holdWorld, ROOT, readArguments, readPort, STATE } from './local/home.ts';
import {
  isPortFree,
  type Miniflare,
  migrate,
  type Options,
  runScheduled,
  startWorker,
  workerOptions,
} from './local/miniflare.ts';
import { addPosts } from './local/posts.ts';
import { listAccounts, seed } from './local/seed.ts';

const CRON_MS = 60_000;
/** An editor may write several files at once. */
const SETTLE_MS = 200;
const STOP_MS_MAX = 5_000;
const PARENT_POLL_MS = 1_000;

let server: Miniflare | undefined;
let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
if (process.env.npm_lifecycle_event) stopWithParent();

const { watch: isWatching } = readArguments({ watch: { type: 'boolean', default: false } });
const port = readPort();
const url = `http://localhost:${port}`;
const taken = `Port ${port} is in use. Try another one: PORT=${port + 1} npm start`;
if (!(await isPortFree(port))) fail(taken);
holdWorld();

const { vars, renewed } = ensureDevVars();
await ensureBuilt().catch(failAt('The Worker could not be built'));

const silent: Options = { bindings: { ...vars, PUBLIC_URL: url }, state: STATE, onLog: showFaults };
const options: Options = { ...silent, port };
const running = await startWorker(silent).catch(failAt('The server did not start'));
server = running;
const database = await running.getD1Database('DB');
const applied = await migrate(database).catch(failAt('The database could not be migrated'));
if (applied.length > 0) console.log(`Applied ${applied.length} migration${applied.length === 1 ? '' : 's'}.`);
const { accounts, withoutPosts } = await seed(database, vars, renewed).catch(
  failAt('The demo world could not be created'),
);
// The server also works without demo posts. Nobody else knows Miniflare's own address, so it is safe to use it already.
await addPosts((await running.ready).origin, vars, withoutPosts).catch((error: Error) =>
  console.error(`The demo posts could not be created: ${error.message}`),
);

if (!(await isPortFree(port))) fail(taken);
await running.setOptions(workerOptions(options)).catch(failAt('The server did not start'));
const health = await fetch(`${url}/health`).catch(failAt('The server does not respond'));
if (!health.ok) fail(`The server started, but its health check fails: ${await health.text()}`);
setInterval(runCron, CRON_MS);
if (isWatching) rebuildOnChange();
console.log(`
Footlight is running at ${url}

  API reference   ${url}/api/v1/docs
  Health          ${url}/health
  Mailbox         ${url}/dev/mail

${listAccounts(accounts, vars)}

Run \`npm run demo\` in a second terminal to play a show. Press Ctrl-C to stop it.`);

/** Shows only warnings and errors: a line per request is for production's log. */
function showFaults(level: string, message: string): void {
  if (!stopping && (level === 'error' || level === 'warn')) console.error(message);
}

/** Runs the sweeps that the cron in wrangler.toml runs every minute. */
async function runCron(): Promise<void> {
  await runScheduled(running).catch((error: Error) => showFaults('error', error.message));
}

function rebuildOnChange(): void {
  let timer: NodeJS.Timeout | undefined;
  watch(resolve(ROOT, 'src'), { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      try {
        await ensureBuilt();
        await running.setOptions(workerOptions(options));
        console.log('Rebuilt.');
      } catch (error) {
        console.error((error as { stderr?: string }).stderr ?? error); // an error of execFile contains wrangler's output
      }
    }, SETTLE_MS);
  });
}

/** npm runs this in a shell. A signal sent only to npm would end npm and leave this process running. */
function stopWithParent(): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    void stop();
  }, PARENT_POLL_MS);
}

/** A second signal exits at once. Builds and workerd end with this process. */
async function stop(): Promise<void> {
  if (stopping) process.exit(1);
  stopping = true;
  setTimeout(() => process.exit(1), STOP_MS_MAX);
  await server?.dispose().catch(() => {}); // the terminal's Ctrl-C also reaches workerd, which may already be gone
  process.exit(0);
}
