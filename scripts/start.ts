/**
 * `npm start`: the whole of Footlight on one's own machine. Secrets, migrations and the demo world are made if they
 * are missing, and only then does it listen: nobody meets a world that is half made. `--watch` builds again when a source
 * changes.
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
/** An editor writes several files at once. */
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
await ensureBuilt().catch(failAt('The Worker does not build'));

const silent: Options = { bindings: { ...vars, PUBLIC_URL: url }, state: STATE, onLog: showFaults };
const options: Options = { ...silent, port };
const running = await startWorker(silent).catch(failAt('The server did not start'));
server = running;
const database = await running.getD1Database('DB');
const applied = await migrate(database).catch(failAt('The database could not be brought up to date'));
if (applied.length > 0) console.log(`Applied ${applied.length} migration${applied.length === 1 ? '' : 's'}.`);
const { accounts, withoutPosts } = await seed(database, vars, renewed).catch(failAt('The demo world was not made'));
// A world without them is one all the same. Miniflare's own address is known to nobody else.
await addPosts((await running.ready).origin, vars, withoutPosts).catch((error: Error) =>
  console.error(`No demo posts: ${error.message}`),
);

if (!(await isPortFree(port))) fail(taken);
await running.setOptions(workerOptions(options)).catch(failAt('The server did not start'));
const health = await fetch(`${url}/health`).catch(failAt('The server does not answer'));
if (!health.ok) fail(`The server started but is not well: ${await health.text()}`);
setInterval(runCron, CRON_MS);
if (isWatching) rebuildOnChange();
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
        console.log('Built again.');
      } catch (error) {
        console.error((error as { stderr?: string }).stderr ?? error); // execFile's error carries what wrangler said
      }
    }, SETTLE_MS);
  });
}

/** npm runs this in a shell: a signal to npm alone ends that one, and would leave this process behind. */
function stopWithParent(): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop();
  }, PARENT_POLL_MS);
}

/** A second signal does not wait. Whatever is left of a build or of workerd ends with this process. */
async function stop(): Promise<void> {
  if (stopping) process.exit(1);
  stopping = true;
  setTimeout(() => process.exit(1), STOP_MS_MAX);
  await server?.dispose().catch(() => {}); // the terminal's Ctrl-C has reached workerd as well
  process.exit(0);
}
