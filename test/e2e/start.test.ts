/** `npm start` from the outside: who knocks early, who starts twice, and what is left when it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const KNOCKERS = 8;
const homes: string[] = [];
const groups: ChildProcess[] = [];
afterAll(() => {
  for (const { pid = 0, exitCode, signalCode } of groups)
    if (exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL');
  for (const home of homes) rmSync(home, { recursive: true, force: true });
});

function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'footlight-'));
  homes.push(home);
  return home;
}

/** A process group of its own, so that it is seen whether all of it ends. */
function start(home: string, port: number) {
  const child = spawn(join(ROOT, 'node_modules/.bin/node'), ['scripts/start.ts'], {
    cwd: ROOT,
    env: { ...process.env, FOOTLIGHT_HOME: home, PORT: String(port) },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  groups.push(child);
  let output = '';
  const ended = new Promise<{ code: number | null; output: string }>((resolveEnded) =>
    child.once('close', (code) => resolveEnded({ code, output })),
  );
  const started = new Promise<void>((resolveStarted, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk;
        if (output.includes('Press Ctrl-C to stop it.')) resolveStarted();
      });
    child.once('close', () => reject(new Error(`The server did not start:\n${output}`)));
  });
  started.catch(() => undefined); // not every test waits for it
  return { child, started, ended };
}

/** Listens at one address of localhost alone. */
function occupy(host = '127.0.0.1'): Promise<{ server: Server; port: number }> {
  return new Promise((resolvePort, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, host, () => {
      const address = server.address();
      resolvePort({ server, port: typeof address === 'object' && address ? address.port : 0 });
    });
  });
}

async function freePort(): Promise<number> {
  const { server, port } = await occupy();
  await new Promise((closed) => server.close(closed));
  return port;
}

it('a server answers nobody until its data is ready, however many ask, and a second start is refused', async () => {
  const [home, port] = [newHome(), await freePort()];
  const { child, started, ended } = start(home, port);
  let isDone = false;
  const statuses = new Map<number, number>();
  const knock = async () => {
    while (!isDone) {
      const response = await fetch(`http://localhost:${port}/api/v1/stream/live`).catch(() => undefined);
      if (response) statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      await response?.body?.cancel();
    }
  };
  const knocking = Array.from({ length: KNOCKERS }, knock);
  await started;
  isDone = true;
  await Promise.all(knocking);
  expect([...statuses.keys()].filter((status) => status >= 500)).toEqual([]);
  expect((await fetch(`http://localhost:${port}/health`)).status).toBe(200);

  const second = await start(home, await freePort()).ended;
  expect(second).toMatchObject({ code: 1, output: expect.stringContaining('Another npm start is using the data') });
  const third = await start(newHome(), port).ended;
  expect(third).toMatchObject({ code: 1, output: expect.stringContaining(`Port ${port} is in use`) });

  child.kill('SIGTERM'); // to Node alone, and not to workerd
  await ended;
  // esbuild ends once it sees that its parent has.
  await vi.waitFor(() => expect(() => process.kill(-(child.pid ?? 0), 0)).toThrow('ESRCH'), { timeout: 5_000 });
}, 180_000);

it('a server says in one line that its port is taken, at any address of localhost', async () => {
  const { server, port } = await occupy();
  try {
    const { code, output } = await start(newHome(), port).ended;
    expect([code, output.trim()]).toEqual([1, `Port ${port} is in use. Try another one: PORT=${port + 1} npm start`]);
  } finally {
    server.close();
  }
});

it('a server that is not configured as it should be says so in one line', async () => {
  const home = newHome();
  writeFileSync(join(home, '.dev.vars'), 'ENVIRONMENT=development\nJWT_SECRET=short\n');
  const { code, output } = await start(home, await freePort()).ended;
  expect(code).toBe(1);
  expect(output).toContain('JWT_SECRET must have at least 32 characters');
  expect(output).not.toContain('    at ');
}, 120_000);
