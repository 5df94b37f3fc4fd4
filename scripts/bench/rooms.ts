/** The first table: a room under load, compared with Socket.IO and with the same room sending one frame per message. */
import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../local/home.ts';
import type { Load, Plan, Seen } from './plan.ts';
import { cpuMsOf, memoryBytesOf } from './processes.ts';
import { grouped, median, printTable } from './table.ts';

const KINDS = ['footlight', 'each-message', 'socket.io'] as const;
type Kind = (typeof KINDS)[number];
const PORTS: Readonly<Record<Kind, number>> = { footlight: 18_781, 'each-message': 18_782, 'socket.io': 18_783 };

const VIEWERS = [100, 1_000];
const RATES = [10, 100, 500];
/** A room accepts 40 messages a minute from one user, so few viewers cannot reach the higher rates. */
const RATE_A_VIEWER_MAX = 40 / 60;
/** Lets a server finish its remaining work, so that it does not slow down the next load. */
const SETTLE_MS = 1_500;
const PROGRESS_COLUMNS = 60;
/** Targets at 1,000 viewers. */
const P99_MS_MAX = 250;
const TIMES_OF_SOCKET_IO: Readonly<Record<number, number>> = { 100: 3.5, 500: 10 };

interface Cell {
  readonly viewers: number;
  readonly rate: number;
}

interface Figures extends Seen {
  readonly cpuMsPerThousand: number;
  readonly memoryMb: number;
}

class Server {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;
  readonly kind: Kind;

  constructor(kind: Kind) {
    this.kind = kind;
    this.#child = startScript('serve.ts', kind, String(PORTS[kind]), String(Math.max(...VIEWERS)));
    this.#reader = linesOf(this.#child);
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The server prints its first plan unasked. Later loads request new ones, because the Worker's passes expire. */
  async plan(isFirst: boolean): Promise<Plan> {
    if (!isFirst && this.kind !== 'socket.io') this.#child.stdin?.write('\n');
    if (!isFirst && this.kind === 'socket.io') return this.#plan;
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${this.kind} did not start`);
    this.#plan = JSON.parse(value) as Plan; // serve.ts wrote it
    return this.#plan;
  }
  #plan: Plan = { protocol: 'socket.io', urls: [] };

  stop(): void {
    this.#reader.close();
    this.#child.kill('SIGTERM');
  }
}

function startScript(name: string, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [resolve(ROOT, 'scripts/bench', name), ...args], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

function linesOf({ stdout }: ChildProcess): Interface {
  if (!stdout) throw new Error('No output to read');
  return createInterface({ input: stdout });
}

/** Runs one load against one server. */
async function measure(server: Server, { viewers, rate }: Cell, seconds: number, isFirst: boolean): Promise<Figures> {
  const plan = await server.plan(isFirst);
  const load: Load = { ...plan, urls: plan.urls.slice(0, viewers), messagesPerSecond: rate, seconds };
  const generator = startScript('load.ts');
  const input = generator.stdin as Writable; // piped above
  input.end(JSON.stringify(load));
  let cpuBefore = 0;
  for await (const line of linesOf(generator)) {
    if (line === 'ready') {
      cpuBefore = cpuMsOf(server.pid);
      continue;
    }
    const seen = JSON.parse(line) as Seen; // load.ts wrote it
    const cpuMs = cpuMsOf(server.pid) - cpuBefore;
    const memoryMb = memoryBytesOf(server.pid) / 1_048_576;
    await sleep(SETTLE_MS);
    return { ...seen, cpuMsPerThousand: (cpuMs / seen.deliveries) * 1_000, memoryMb };
  }
  throw new Error(`The load on ${server.kind} ended without results`);
}

export async function benchRooms({ runs, seconds }: { runs: number; seconds: number }): Promise<void> {
  const cells = VIEWERS.flatMap((viewers) => RATES.map((rate): Cell => ({ viewers, rate }))).filter(
    ({ viewers, rate }) => rate <= viewers * RATE_A_VIEWER_MAX,
  );
  const results = new Map<string, Figures[]>();
  const keyOf = (kind: Kind, cell: Cell) => `${kind} ${cell.viewers} ${cell.rate}`;
  for (let run = 1; run <= runs; run += 1) {
    const servers = KINDS.map((kind) => new Server(kind));
    try {
      for (const [index, cell] of cells.entries())
        for (const server of servers) {
          showProgress(`run ${run} of ${runs}: ${server.kind}, ${cell.viewers} × ${cell.rate}`);
          const key = keyOf(server.kind, cell);
          const figures = await measure(server, cell, seconds, index === 0);
          results.set(key, [...(results.get(key) ?? []), figures]);
        }
    } finally {
      for (const server of servers) server.stop();
    }
  }
  showProgress('');
  const figuresOf = (kind: Kind, cell: Cell) => medians(results.get(keyOf(kind, cell)) ?? []);
  report(cells, figuresOf);
}

function showProgress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${line.padEnd(PROGRESS_COLUMNS)}\r`);
}

function medians(all: readonly Figures[]): Figures {
  const names = Object.keys(all[0] ?? {}) as (keyof Figures)[]; // keys of a Figures
  return Object.fromEntries(names.map((name) => [name, median(all.map((one) => one[name]))])) as unknown as Figures; // has the same keys
}

function report(cells: readonly Cell[], figuresOf: (kind: Kind, cell: Cell) => Figures): void {
  printTable(
    [
      'viewers',
      'msg/s',
      'server',
      'deliveries/s',
      'lost',
      'closed',
      'p50 ms',
      'p99 ms',
      'CPU ms/1000',
      'MB',
      'load CPU',
    ],
    cells.flatMap((cell) =>
      KINDS.map((kind) => {
        const figures = figuresOf(kind, cell);
        return [
          grouped(cell.viewers),
          String(cell.rate),
          kind,
          grouped(figures.deliveriesPerSecond),
          grouped(figures.lost),
          grouped(figures.closed),
          grouped(figures.p50Ms),
          grouped(figures.p99Ms),
          figures.cpuMsPerThousand.toFixed(2),
          grouped(figures.memoryMb),
          `${Math.round(figures.loadCpuShare * 100)} %`,
        ];
      }),
    ),
  );
  console.log("\nDeliveries per CPU second of the server, as a multiple of the other's:");
  printTable(
    ['viewers', 'msg/s', 'vs Socket.IO', 'vs one frame per message'],
    cells.map((cell) => {
      const own = figuresOf('footlight', cell).cpuMsPerThousand;
      const times = (kind: Kind) => `${(figuresOf(kind, cell).cpuMsPerThousand / own).toFixed(2)} ×`;
      return [grouped(cell.viewers), String(cell.rate), times('socket.io'), times('each-message')];
    }),
  );
  for (const [rate, wanted] of Object.entries(TIMES_OF_SOCKET_IO)) {
    const cell = { viewers: 1_000, rate: Number(rate) };
    const own = figuresOf('footlight', cell);
    const times = figuresOf('socket.io', cell).cpuMsPerThousand / own.cpuMsPerThousand;
    const latency =
      cell.rate === 100
        ? `; lost ${grouped(own.lost)} (target 0), p99 ${grouped(own.p99Ms)} ms (target < ${P99_MS_MAX})`
        : '';
    console.log(`Result at 1,000 × ${rate}: ${times.toFixed(2)} × Socket.IO (target ≥ ${wanted})${latency}`);
  }
}
