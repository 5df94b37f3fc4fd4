/**
 * The load generator, in its own process. It reads a Load from stdin and writes its results to stdout. It speaks both
 * protocols over plain WebSockets, and parses a frame that everyone receives only once, to keep its own cost low.
 */
import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import type { Load, Seen } from './plan.ts';

const CONNECTED_AT_ONCE = 50;
const WARM_UP_MS = 1_000;
const DRAIN_MS_MAX = 4_000;
const STEP_MS = 10;
const LATENCY_MS_MAX = 60_000;
const WELCOME = Buffer.from('[{"type":"welcome"');

const load = JSON.parse(await text(process.stdin)) as Load; // bench.ts wrote it
const isFootlight = load.protocol === 'footlight';
const histogram = new Uint32Array(LATENCY_MS_MAX + 1);
let deliveries = 0;
let inWindow = 0;
let windowEndsAt = Number.POSITIVE_INFINITY;
let refused = 0;
let closed = 0;
let ready = 0;

/** Each message contains its send time, between two characters that nothing else contains. */
const STAMP = /~(\d+\.\d+)~/g;
let newest: { frame: Buffer; stamps: number[]; refusals: number } = { frame: Buffer.alloc(0), stamps: [], refusals: 0 };

function read(frame: Buffer): typeof newest {
  if (frame.length === newest.frame.length && frame.equals(newest.frame)) return newest;
  const words = frame.toString();
  const stamps = [...words.matchAll(STAMP)].map(([, at]) => Number(at));
  newest = { frame, stamps, refusals: words.split('"type":"error"').length - 1 };
  return newest;
}

function receive(socket: WebSocket, frame: Buffer): void {
  if (!isFootlight && frame.length < 200) {
    const words = frame.toString();
    if (words === '2')
      socket.send('3'); // ping, pong
    else if (words.startsWith('0'))
      socket.send('40'); // open, connect
    else if (words.startsWith('40')) ready += 1;
    if (!words.includes('~')) return;
  }
  if (isFootlight && frame.subarray(0, WELCOME.length).equals(WELCOME)) {
    ready += 1; // its messages are from an earlier load, so they do not count
    return;
  }
  const { stamps, refusals } = read(frame);
  refused += refusals;
  const now = performance.now();
  deliveries += stamps.length;
  if (now <= windowEndsAt) inWindow += stamps.length;
  for (const at of stamps) {
    const ms = Math.min(LATENCY_MS_MAX, Math.max(0, Math.round(now - at)));
    histogram[ms] = (histogram[ms] ?? 0) + 1;
  }
}

function connect(url: string, index: number): WebSocket {
  const headers = { 'cf-connecting-ip': `10.1.${index >> 8}.${index & 255}` }; // rate limits count by address
  const socket = new WebSocket(url, { perMessageDeflate: false, headers, skipUTF8Validation: true });
  socket.on('message', (data: Buffer) => receive(socket, data));
  socket.on('close', () => {
    closed += 1;
  });
  socket.on('error', () => {});
  return socket;
}

function say(socket: WebSocket | undefined, number: number): void {
  if (socket?.readyState !== WebSocket.OPEN) return;
  const frame = { id: randomUUID(), text: `Message ${number} of the bench ~${performance.now().toFixed(1)}~` };
  const words = isFootlight
    ? JSON.stringify({ type: 'send-message', ...frame })
    : `42${number}${JSON.stringify(['send-message', frame])}`;
  socket.send(words);
}

const sockets: WebSocket[] = [];
for (const [index, url] of load.urls.entries()) {
  sockets.push(connect(url, index));
  while (sockets.length - ready >= CONNECTED_AT_ONCE && closed === 0) await sleep(1);
}
while (ready < sockets.length && closed === 0) await sleep(1);
if (closed > 0) throw new Error(`${closed} of ${sockets.length} sockets could not connect`);
await sleep(WARM_UP_MS);
process.stdout.write('ready\n');
const cpu = process.cpuUsage();
const startedAt = performance.now();
windowEndsAt = startedAt + load.seconds * 1_000;
let sent = 0;
for (let now = startedAt; now < windowEndsAt; now = performance.now()) {
  const due = Math.floor(((now - startedAt) / 1_000) * load.messagesPerSecond);
  for (; sent < due; sent += 1) say(sockets[sent % sockets.length], sent);
  await sleep(STEP_MS);
}
const { user, system } = process.cpuUsage(cpu);
const expected = sent * sockets.length;
const drainUntil = performance.now() + DRAIN_MS_MAX;
while (deliveries < expected && performance.now() < drainUntil) await sleep(STEP_MS);

function percentile(share: number): number {
  let seen = 0;
  for (let ms = 0; ms <= LATENCY_MS_MAX; ms += 1) {
    seen += histogram[ms] ?? 0;
    if (seen >= deliveries * share) return ms;
  }
  return LATENCY_MS_MAX;
}

const seen: Seen = {
  sent,
  refused,
  closed,
  deliveries,
  lost: expected - deliveries,
  deliveriesPerSecond: inWindow / load.seconds,
  p50Ms: percentile(0.5),
  p99Ms: percentile(0.99),
  loadCpuShare: (user + system) / 1_000 / (load.seconds * 1_000),
};
process.stdout.write(`${JSON.stringify(seen)}\n`);
for (const socket of sockets) socket.terminate();
process.exit();
