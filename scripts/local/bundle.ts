/** Bundles the Worker as it would be deployed, and modules of `src` that a script runs in Node. */
import { execFile } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { ROOT } from './home.ts';

export const BUNDLE = resolve(ROOT, 'dist/index.js');

/** Files that affect the bundle. */
const SOURCES = ['src', 'wrangler.toml', 'package-lock.json', 'tsconfig.json'];

/** Uses wrangler's own dry run of a deployment, so local runs use exactly what is deployed. */
export async function buildWorker({ entry, outdir }: { entry?: string; outdir: string }): Promise<void> {
  const wrangler = resolve(ROOT, 'node_modules/wrangler/bin/wrangler.js');
  const building = promisify(execFile)(
    process.execPath,
    [wrangler, 'deploy', ...(entry ? [entry] : []), '--dry-run', '--outdir', outdir],
    { cwd: ROOT, env: { ...process.env, ...quiet } },
  );
  const end = () => building.child.kill();
  process.once('exit', end);
  await building.finally(() => process.off('exit', end));
}

/** Keeps wrangler quiet, and stops it from asking questions. */
export const quiet = { WRANGLER_LOG: 'error', WRANGLER_SEND_METRICS: 'false', CI: '1' } as const;

/** Builds only if a source has changed since the last build. Throws with wrangler's output if the build fails. */
export async function ensureBuilt(): Promise<void> {
  const builtAt = statSync(BUNDLE, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (SOURCES.some((source) => changedAt(resolve(ROOT, source)) >= builtAt)) await buildWorker({ outdir: 'dist' });
}

/** Includes a folder's own time, because it changes when a file is deleted. */
function changedAt(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return stat?.mtimeMs ?? 0;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => changedAt(join(path, name))));
}

/** Loads a TypeScript module that imports `@/…` into this process. Packages are not bundled. */
export async function importSource<T>(entry: string): Promise<T> {
  const outfile = resolve(ROOT, 'dist/scripts', `${entry.replaceAll(/[^a-z0-9]+/gi, '-')}.mjs`);
  await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    packages: 'external',
    external: ['cloudflare:*'],
    tsconfig: resolve(ROOT, 'tsconfig.json'),
    logLevel: 'error',
  });
  return import(pathToFileURL(outfile).href) as Promise<T>; // the caller names the module's own type
}
