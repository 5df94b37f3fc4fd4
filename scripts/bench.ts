/**
 * `npm run bench`: compares a room under load with Socket.IO, and gifts, checkouts and reads with bare Workers. It also measures
 * what the hot endpoints cost in D1, the bundle's size and its start-up time. `-- --runs 5` takes medians of
 * interleaved runs, `-- --seconds 10` measures longer.
 */
import { cpus } from 'node:os';
import { benchCheckouts } from './bench/checkouts.ts';
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
if (!Number.isInteger(runs) || runs < 1 || !(seconds >= 1)) fail('--runs and --seconds must be numbers of at least 1.');
if (process.platform !== 'linux') fail('The bench reads CPU and memory from /proc, so it only runs on Linux.');

const notBuilt = failAt('The Worker could not be built');
await ensureBuilt().catch(notBuilt);
for (const entry of ['worker', 'bare', 'bare-reads', 'bare-checkouts'])
  await buildWorker({ entry: `scripts/bench/${entry}.ts`, outdir: 'dist/bench' }).catch(notBuilt);
console.log(
  `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}; the server and the load share them.`,
);

console.log(`\nRooms: viewers' sockets write in turn, over the real protocol; ${seconds} s per cell, ${runs} run(s)`);
await benchRooms({ runs, seconds });
console.log(`\nGifts over HTTP, one after another from each sender; ${seconds} s per cell, ${runs} run(s)`);
await benchGifts({ runs, seconds });
console.log(`\nCheckouts over HTTP, one after another from each buyer; ${seconds} s per cell, ${runs} run(s)`);
await benchCheckouts({ runs, seconds });
await withPlatform(async (state) => {
  console.log(`\nReads over HTTP, on ${SIZE}; ${runs * seconds} one-second rounds per cell`);
  await benchReads(state, { runs, seconds });
  console.log(`\nD1, on ${SIZE}`);
  await benchDatabase(state);
});
console.log('\nBundle');
await benchStartup();
process.exit();
