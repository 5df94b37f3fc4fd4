/** Reads from /proc, on Linux only, the CPU time of a process tree and the memory of the server in it. */
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_A_SECOND = 100; // USER_HZ, the same on every Linux that Node runs on

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly cpuMs: number;
  readonly memoryBytes: number;
}

function readProcess(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // fields from the third on
    const ticks = Number(fields[11]) + Number(fields[12]);
    const memoryBytes = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1_024;
    return { pid, parent: Number(fields[1]), name, cpuMs: (ticks * 1_000) / TICKS_A_SECOND, memoryBytes };
  } catch {
    return undefined; // it ended meanwhile
  }
}

/** The process and all its descendants. */
function readTree(root: number): Process[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)) ?? []);
  const tree = all.filter(({ pid }) => pid === root);
  for (const parent of tree) tree.push(...all.filter((one) => one.parent === parent.pid)); // the array grows during the loop
  return tree;
}

export function cpuMsOf(root: number): number {
  return readTree(root).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

/** Counts only workerd if there is one, because the Node process beside it only started it. */
export function memoryBytesOf(root: number): number {
  const tree = readTree(root);
  const serving = tree.filter(({ name }) => name === 'workerd');
  return (serving.length > 0 ? serving : tree).reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
}
