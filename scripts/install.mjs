/**
 * Installs what the lock file pins, if it is not there yet or the lock has changed; otherwise does nothing.
 * It runs before anything is installed, on the machine's own Node: plain JavaScript and built-ins alone.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

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

if (!isInstalled()) {
  console.log('Installing what package-lock.json pins (a minute or so) …');
  // Not `npm ci`: it refuses a lock that does not list the optional packages of every platform.
  const flags = ['install', '--no-save', '--loglevel=error', '--no-audit', '--no-fund'];
  const { status } = spawnSync('npm', flags, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) {
    console.error('npm install failed: see above.');
    process.exit(status ?? 1);
  }
}
