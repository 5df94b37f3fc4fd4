/** Decides how well the platform is. Takes no Context. */
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '@/shared/time';

export const PROBES = ['database', 'mediaStore', 'room', 'livekit', 'payments', 'mail', 'scanner'] as const;
export type ProbeName = (typeof PROBES)[number];
export type ProbeStatus = 'ok' | 'down' | 'not-configured';

export const QUEUES = ['outbox', 'webhooks', 'tasks', 'payouts'] as const;
export type QueueName = (typeof QUEUES)[number];

/** Null: unknown. */
export interface QueueFigures {
  readonly waiting: number | null;
  readonly oldestSeconds: number | null;
  /** What waits for staff, or was retried so often that it hardly succeeds by itself. */
  readonly failed: number | null;
}

/** Without these nothing works. */
const VITAL: readonly ProbeName[] = ['database', 'room'];

/**
 * How old the oldest thing in a queue may be. A task may wait an hour before it is tried again, and a payout whose
 * outcome is unknown is asked about for most of a day.
 */
const OLDEST_MS_MAX: Readonly<Record<QueueName, number>> = {
  outbox: 10 * MINUTE_MS,
  webhooks: 10 * MINUTE_MS,
  tasks: 2 * HOUR_MS,
  payouts: DAY_MS,
};

/** True if the queue does not move. What staff have to decide has notifications of its own. */
export function isBacklog(name: QueueName, { oldestSeconds }: QueueFigures): boolean {
  return (oldestSeconds ?? 0) * SECOND_MS > OLDEST_MS_MAX[name];
}

/** A provider that is not configured does not count as down. */
export function judgeHealth(
  probes: Readonly<Record<ProbeName, { readonly status: ProbeStatus }>>,
  queues: Readonly<Record<QueueName, QueueFigures>>,
): 'ok' | 'degraded' | 'down' {
  const down = PROBES.filter((name) => probes[name].status === 'down');
  if (down.some((name) => VITAL.includes(name))) return 'down';
  return down.length > 0 || QUEUES.some((name) => isBacklog(name, queues[name])) ? 'degraded' : 'ok';
}
