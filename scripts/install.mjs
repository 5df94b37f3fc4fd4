/**
 * Installs what the lock file pins, if it is not there yet or the lock has changed; otherwise does nothing. It runs before
 * every script, and before anything is installed, on the machine's own Node: plain JavaScript and built-ins alone. It
 * speaks on stderr, since what some scripts print is a document.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 500;
const root = resolve(import.meta.dirname, '..');
/** Holds the process that installs: two at once would leave half of each. */
const busy = resolve(root, 'node_modules/.installing');

/** npm writes the second of them last, so an install that was cut short counts as none. */
function isInstalled() {
  const pinned = readPackages('package-lock.json');
  const present = readPackages('node_modules/.package-lock.json');
  return Object.entries(pinned).every(
    ([path, { version, optional }]) => path === '' || optional || present[path]?.version === version,
  );
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(resolve(root, file), 'utf8')).packages;
  } catch {
    return {};
  }
}

/** Answers whether this process installs. It takes over from a process that ended without finishing. */
function begin() {
  mkdirSync(resolve(root, 'node_modules'), { recursive: true });
  try {
    writeFileSync(busy, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (!isRunning(readPid())) rmSync(busy, { force: true });
    return false;
  }
}

function readPid() {
  try {
    return Number(readFileSync(busy, 'utf8'));
  } catch {
    return Number.NaN;
  }
}

function isRunning(pid) {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM'; // it is somebody else's
  }
}

if (!isInstalled()) {
  while (!begin()) await sleep(POLL_MS);
  process.on('exit', () => rmSync(busy, { force: true }));
}
// Another process may have installed it meanwhile.
if (!isInstalled()) {
  console.error('Installing what package-lock.json pins (a minute or so) …');
  // Not `npm ci`: it refuses a lock that does not list the optional packages of every platform.
  const flags = ['install', '--no-save', '--loglevel=error', '--no-audit', '--no-fund'];
  const stdio = ['ignore', process.stderr, process.stderr];
  const { status } = spawnSync('npm', flags, { cwd: root, stdio, shell: process.platform === 'win32' });
  if (status !== 0) {
    console.error('npm install failed: see above.');
    process.exit(status ?? 1);
  }
}
