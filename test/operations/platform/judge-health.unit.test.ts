/** How well the platform is, by what its probes and queues say. */
import { describe, expect, it } from 'vitest';
import {
  isBacklog,
  judgeHealth,
  PROBES,
  type ProbeName,
  type ProbeStatus,
} from '@/domains/operations/platform/judge-health';

const IDLE = { waiting: 0, oldestSeconds: 0, failed: 0 };
const QUIET = { outbox: IDLE, webhooks: IDLE, tasks: { ...IDLE, failed: null }, payouts: IDLE };

function probesWith(name?: ProbeName, status: ProbeStatus = 'down') {
  const all = Object.fromEntries(PROBES.map((probe) => [probe, { status: 'ok' as ProbeStatus }]));
  return { ...all, ...(name ? { [name]: { status } } : {}) } as Record<ProbeName, { status: ProbeStatus }>;
}

describe('the platform', () => {
  it('is well if everything answers or is not configured', () => {
    expect(judgeHealth(probesWith(), QUIET)).toBe('ok');
    for (const name of PROBES) expect(judgeHealth(probesWith(name, 'not-configured'), QUIET)).toBe('ok');
  });

  it('is down without its database or its rooms, and degraded without anything else', () => {
    for (const name of PROBES)
      expect([name, judgeHealth(probesWith(name), QUIET)]).toEqual([
        name,
        name === 'database' || name === 'room' ? 'down' : 'degraded',
      ]);
  });

  it('is degraded if a queue does not move', () => {
    expect(judgeHealth(probesWith(), { ...QUIET, outbox: { ...IDLE, oldestSeconds: 601 } })).toBe('degraded');
  });

  it('is well while something waits for staff to decide', () => {
    expect(judgeHealth(probesWith(), { ...QUIET, webhooks: { ...IDLE, failed: 1 } })).toBe('ok');
    expect(judgeHealth(probesWith(), { ...QUIET, payouts: { ...IDLE, failed: 1 } })).toBe('ok');
  });

  it('does not judge a queue that it knows nothing about', () => {
    expect(isBacklog('tasks', { waiting: null, oldestSeconds: null, failed: null })).toBe(false);
    expect(isBacklog('tasks', { ...IDLE, oldestSeconds: 3_600 })).toBe(false);
    expect(isBacklog('outbox', { ...IDLE, oldestSeconds: 600 })).toBe(false);
  });
});
