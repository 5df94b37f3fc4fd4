/** `npm start` in a world of its own, for the end-to-end tests: the built bundle, real HTTP, real sockets, real kills. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';

const ROOT = resolve(import.meta.dirname, '../..');
const STARTED = 'Press Ctrl-C to stop it.';
const START_MS_MAX = 90_000;

export interface Server {
  readonly origin: string;
  /** As `.dev.vars` has them. */
  readonly vars: Readonly<Record<string, string>>;
  /** Without warning, workerd included. */
  kill(): Promise<void>;
  /** Again, on the same storage. */
  start(): Promise<void>;
  /** Kills it and removes its world. */
  remove(): Promise<void>;
}

/** @param vars for its `.dev.vars`, instead of the first ones of `npm start`; it still makes the secrets */
export async function startServer(vars: Readonly<Record<string, string>> = {}): Promise<Server> {
  const home = mkdtempSync(join(tmpdir(), 'footlight-'));
  const lines = Object.entries(vars).map(([name, value]) => `${name}=${value}\n`);
  if (lines.length > 0) writeFileSync(join(home, '.dev.vars'), lines.join(''));
  const port = await findFreePort();
  const liveKitUrl = `ws://localhost:${await findFreePort()}`; // a LiveKit of the developer's may run
  let running = await spawnServer(home, port, liveKitUrl);
  return {
    origin: `http://localhost:${port}`,
    vars: parseEnv(readFileSync(join(home, '.dev.vars'), 'utf8')) as Record<string, string>, // of a file: all are there
    kill: () => killGroup(running),
    async start() {
      running = await spawnServer(home, port, liveKitUrl);
    },
    async remove() {
      await killGroup(running);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** A process group of its own, so that a kill reaches workerd too. */
async function spawnServer(home: string, port: number, liveKitUrl: string): Promise<ChildProcess> {
  const server = spawn(join(ROOT, 'node_modules/.bin/node'), ['scripts/start.ts'], {
    cwd: ROOT,
    env: { ...process.env, FOOTLIGHT_HOME: home, PORT: String(port), LIVEKIT_URL: liveKitUrl },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const started = new Promise<void>((resolveStarted, reject) => {
    const listen = (chunk: Buffer) => {
      output += chunk;
      if (output.includes(STARTED)) resolveStarted();
    };
    server.stdout.on('data', listen);
    server.stderr.on('data', listen);
    server.once('exit', () => reject(new Error(`The server did not start:\n${output}`)));
    setTimeout(() => reject(new Error(`The server took too long to start:\n${output}`)), START_MS_MAX).unref();
  });
  await started;
  return server;
}

async function killGroup(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null || server.pid === undefined) return;
  const gone = new Promise((resolveGone) => server.once('exit', resolveGone));
  process.kill(-server.pid, 'SIGKILL');
  await gone;
}

function findFreePort(): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, 'localhost', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      probe.close(() => resolvePort(port));
    });
  });
}
