/** The last table: the bundle's size, and the time to its first response, compared with an empty Worker. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BUNDLE } from '../local/bundle.ts';
import { ROOT } from '../local/home.ts';
import { startWorker } from '../local/miniflare.ts';
import { VARS } from './plan.ts';
import { grouped, median, printTable } from './table.ts';

const PORT = 18_785;
const TIMES = 5;
const EMPTY = resolve(ROOT, 'dist/bench/empty.js');
const EMPTY_WORKER = `
import { DurableObject } from 'cloudflare:workers';
export class StreamRoom extends DurableObject {}
export default { fetch: () => new Response('ok'), queue() {}, scheduled() {} };
`;

export async function benchStartup(): Promise<void> {
  mkdirSync(dirname(EMPTY), { recursive: true });
  writeFileSync(EMPTY, EMPTY_WORKER);
  const times = { bundle: [] as number[], empty: [] as number[] };
  for (let time = 0; time < TIMES; time += 1) {
    times.empty.push(await firstAnswerMs(EMPTY));
    times.bundle.push(await firstAnswerMs(BUNDLE));
  }
  const sizeOf = (path: string) => {
    const bytes = readFileSync(path);
    return [grouped(bytes.length / 1_024), grouped(gzipSync(bytes).length / 1_024)];
  };
  printTable(
    ['', 'KiB', 'gzip KiB', 'ms to the first response'],
    [
      ['Footlight', ...sizeOf(BUNDLE), grouped(median(times.bundle))],
      ['an empty Worker', ...sizeOf(EMPTY), grouped(median(times.empty))],
      ['difference', '', '', grouped(median(times.bundle) - median(times.empty))],
    ],
  );
}

/** Includes workerd's own start, which is the same for both. */
async function firstAnswerMs(bundle: string): Promise<number> {
  const startedAt = performance.now();
  const server = await startWorker({ bindings: VARS, port: PORT, bundle });
  const response = await fetch(`http://localhost:${PORT}/health`);
  if (!response.ok) throw new Error(`The Worker started with ${response.status}`);
  await response.text();
  const ms = performance.now() - startedAt;
  await server.dispose();
  return ms;
}
