/**
 * Installs the packages in package-lock.json if they are missing or the lock has changed. It runs before every script,
 * on the machine's own Node, with nothing installed yet, so it is plain JavaScript with built-in modules only. It
 * prints to stderr, because some scripts print a document to stdout.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 500;
const root = resolve(import.meta.dirname, '..');
/** Contains the id of the process that installs: two at once would leave a broken mix. */
const busy = resolve(root, 'node_modules/.installing');

/** npm writes `.package-lock.json` last, so an interrupted install does not count. */
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

/** Returns whether this process may install. Takes over from a process that ended without finishing. */
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
    return error.code === 'EPERM'; // it runs, but belongs to another user
  }
}

if (!isInstalled()) {
  while (!begin()) await sleep(POLL_MS);
  process.on('exit', () => rmSync(busy, { force: true }));
}
// Another process may have installed it meanwhile.
if (!isInstalled()) {
  console.error('Installing the packages in package-lock.json. This takes about a minute …');
  // Not `npm ci`: it rejects a lock file that does not list the optional packages of every platform.
  const flags = ['install', '--no-save', '--loglevel=error', '--no-audit', '--no-fund'];
  const stdio = ['ignore', process.stderr, process.stderr];
  const { status } = spawnSync('npm', flags, { cwd: root, stdio, shell: process.platform === 'win32' });
  if (status !== 0) {
    console.error('npm install failed. See its output above.');
    process.exit(status ?? 1);
  }
}
