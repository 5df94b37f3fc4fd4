/**
 * One measured server, in its own process: `footlight` (the bundle as deployed), `each-message` (the same room, with
 * one frame per message) or `socket.io` (stock Socket.IO 4 with the same event). Once it listens, it prints the URLs
 * that a load connects to.
 */
import { createServer } from 'node:http';
import { resolve } from 'node:path';
import { Server as SocketIo } from 'socket.io';
import { importSource } from '../local/bundle.ts';
import { Client, waitFor } from '../local/client.ts';
import { ROOT } from '../local/home.ts';
import { migrate, startWorker } from '../local/miniflare.ts';
import { seed } from '../local/seed.ts';
import { type Plan, VARS } from './plan.ts';

const kind = process.argv[2];
const port = Number(process.argv[3]);
const viewers = Number(process.argv[4]);

function announce(plan: Plan): void {
  process.stdout.write(`${JSON.stringify(plan)}\n`);
}

if (kind === 'socket.io') serveSocketIo();
else await serveFootlight(kind === 'each-message');

function serveSocketIo(): void {
  const http = createServer();
  const io = new SocketIo(http, { transports: ['websocket'] });
  let seq = 0;
  io.on('connection', (socket) => {
    socket.on('send-message', (frame: { id: string; text: string }, ack: (answer: object) => void) => {
      seq += 1;
      io.emit('new-message', {
        seq,
        type: 'new-message',
        id: frame.id,
        streamId: '01900000-0000-7000-8003-000000000007',
        userId: '01900000-0000-7000-8001-000000000007',
        username: 'crowd7',
        displayName: 'Crowd 7',
        avatarUrl: null,
        badges: [],
        text: frame.text,
        deleted: false,
        at: new Date().toISOString(),
      });
      ack({ type: 'ack', id: frame.id, seq });
    });
  });
  http.listen(port, 'localhost', () =>
    announce({
      protocol: 'socket.io',
      urls: Array(viewers).fill(`ws://localhost:${port}/socket.io/?EIO=4&transport=websocket`),
    }),
  );
}

async function serveFootlight(sendsEachMessage: boolean): Promise<void> {
  const origin = `http://localhost:${port}`;
  const server = await startWorker({
    bindings: { ...VARS, PUBLIC_URL: origin, ...(sendsEachMessage ? { BENCH_TICK: 'none' } : {}) },
    port,
    ...(sendsEachMessage ? { bundle: resolve(ROOT, 'dist/bench/worker.js') } : {}),
  });
  const database = await server.getD1Database('DB');
  await migrate(database);
  await seed(database, VARS, false);
  const creator = await new Client(origin).signIn('creator1@footlight.test', VARS.DEMO_PASSWORD);
  const { id } = await creator.call('POST', '/sessions', { title: 'A full house' });
  await creator.call('POST', `/sessions/${id}/start`);
  await waitFor('the stream to be live', async () => {
    const { status } = await creator.call('GET', `/sessions/${id}`);
    return status === 'live' || undefined;
  });
  const { signPasses } = await importSource<typeof import('./passes.ts')>('scripts/bench/passes.ts');
  const socket = `ws://localhost:${port}/api/v1/stream/${id}/ws?pass=`;
  // A pass expires after a minute, so each load requests new ones.
  const renew = async () =>
    announce({ protocol: 'footlight', urls: (await signPasses(VARS, id, viewers)).map((pass) => `${socket}${pass}`) });
  process.stdin.on('data', renew);
  await renew();
}
