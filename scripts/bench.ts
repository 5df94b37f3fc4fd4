/**
 * `npm run bench`: what a room costs under load beside Socket.IO, what gifts and reads cost beside bare Workers, what
 * the hot endpoints cost in D1, how large the bundle is and how long it starts. `-- --runs 5` takes medians of interleaved
 * runs, `-- --seconds 10` loads longer.
 */
import { cpus } from 'node:os';
import { benchDatabase } from './bench/database.ts';
import { benchGifts } from './bench/gifts.ts';
import { withPlatform } from './bench/platform.ts';
import { benchReads } from './bench/reads.ts';
import { benchRooms } from './bench/rooms.ts';
import { benchStartup } from './bench/startup.ts';
import { buildWorker, ensureBuilt } from './local/bundle.ts';
import { fail, failAt, readArguments } from './local/home.ts';

const values = readArguments({
  runs: { type: 'string', default: '1' },
  seconds: { type: 'string', default: '3' },
});
const SIZE = '10,000 users, 1,000 streams, 100,000 posts and 1,000,000 likes';
const [runs, seconds] = [Number(values.runs), Number(values.seconds)];
if (!Number.isInteger(runs) || runs < 1 || !(seconds >= 1)) fail('--runs and --seconds take numbers from 1 on.');
if (process.platform !== 'linux') fail('The bench reads /proc for CPU and memory, so it runs on Linux alone.');

const notBuilt = failAt('The Worker does not build');
await ensureBuilt().catch(notBuilt);
for (const entry of ['worker', 'bare', 'bare-reads'])
  await buildWorker({ entry: `scripts/bench/${entry}.ts`, outdir: 'dist/bench' }).catch(notBuilt);
console.log(`${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}; server and load share them.`);

console.log(
  `\nRooms: every viewer's socket writes in turn, over the real protocol; ${seconds} s a cell, ${runs} run(s)`,
);
await benchRooms({ runs, seconds });
console.log(`\nGifts over HTTP, one after another from each sender; ${seconds} s a cell, ${runs} run(s)`);
await benchGifts({ runs, seconds });
await withPlatform(async (state) => {
  console.log(`\nReads over HTTP, on ${SIZE}; ${runs * seconds} rounds of a second a cell`);
  await benchReads(state, { runs, seconds });
  console.log(`\nD1, on ${SIZE}`);
  await benchDatabase(state);
});
console.log('\nBundle');
await benchStartup();
process.exit();
