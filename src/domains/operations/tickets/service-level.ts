/**
 * When a ticket is due, by its priority, and what a change of status does to its times. Time that staff wait for the
 * user does not count. Takes no Context.
 */
import { DAY_MS, HOUR_MS } from '@/shared/time';
import { TICKET_PRIORITIES, type TicketCategory, type TicketPriority, type TicketRow } from './tables';

interface Level {
  readonly respondMs: number;
  readonly resolveMs: number;
}

export const SERVICE_LEVELS: Readonly<Record<TicketPriority, Level>> = {
  urgent: { respondMs: HOUR_MS, resolveMs: 8 * HOUR_MS },
  high: { respondMs: 4 * HOUR_MS, resolveMs: DAY_MS },
  normal: { respondMs: DAY_MS, resolveMs: 3 * DAY_MS },
  low: { respondMs: 2 * DAY_MS, resolveMs: 7 * DAY_MS },
};

const PRIORITY_OF: Readonly<Record<TicketCategory, TicketPriority>> = {
  safety: 'high',
  billing: 'high',
  account: 'normal',
  technical: 'normal',
  other: 'low',
};

/** The category decides. Users may ask for less; only staff give more. */
export function priorityOf(category: TicketCategory, asked?: TicketPriority): TicketPriority {
  const usual = PRIORITY_OF[category];
  return asked && TICKET_PRIORITIES.indexOf(asked) < TICKET_PRIORITIES.indexOf(usual) ? asked : usual;
}

/** A ticket's status and times. */
export type Clock = Pick<
  TicketRow,
  'priority' | 'status' | 'statusAt' | 'respondBy' | 'resolveBy' | 'dueAt' | 'firstRespondedAt' | 'resolvedAt'
>;

/** A new ticket's clock. */
export function startClock(priority: TicketPriority, now: number): Clock {
  const { respondMs, resolveMs } = SERVICE_LEVELS[priority];
  const [respondBy, resolveBy] = [now + respondMs, now + resolveMs];
  return {
    priority,
    status: 'open',
    statusAt: now,
    respondBy,
    resolveBy,
    dueAt: respondBy,
    firstRespondedAt: null,
    resolvedAt: null,
  };
}

const isDone = (status: Clock['status']) => status === 'resolved' || status === 'closed';

/** Without the rest of a row, so that a caller may spread a clock over one. */
function clockOf({
  priority,
  status,
  statusAt,
  respondBy,
  resolveBy,
  dueAt,
  firstRespondedAt,
  resolvedAt,
}: Clock): Clock {
  return { priority, status, statusAt, respondBy, resolveBy, dueAt, firstRespondedAt, resolvedAt };
}

/** Reopening starts the time for a resolution again. @param isAnswered staff answer by this change */
export function moveTo(clock: Clock, status: Clock['status'], now: number, isAnswered = false): Clock {
  const isReopened = isDone(clock.status) && !isDone(status);
  const pausedMs = clock.status === 'pending' && status !== 'pending' ? now - clock.statusAt : 0;
  const moved = {
    ...clockOf(clock),
    status,
    statusAt: status === clock.status ? clock.statusAt : now,
    resolveBy: isReopened ? now + SERVICE_LEVELS[clock.priority].resolveMs : clock.resolveBy + pausedMs,
    firstRespondedAt: clock.firstRespondedAt ?? (isAnswered ? now : null),
    resolvedAt: isDone(status) ? (clock.resolvedAt ?? now) : null,
  };
  return { ...moved, dueAt: dueAt(moved) };
}

/** Moves the deadlines by as much as the priorities differ, so that pauses stay counted. */
export function reprioritise(clock: Clock, priority: TicketPriority): Clock {
  const [before, after] = [SERVICE_LEVELS[clock.priority], SERVICE_LEVELS[priority]];
  const moved = {
    ...clockOf(clock),
    priority,
    respondBy: clock.respondBy + after.respondMs - before.respondMs,
    resolveBy: clock.resolveBy + after.resolveMs - before.resolveMs,
  };
  return { ...moved, dueAt: dueAt(moved) };
}

/** When staff must act next (ms). Null if it is not up to them. */
function dueAt({ status, firstRespondedAt, respondBy, resolveBy }: Omit<Clock, 'dueAt'>): number | null {
  if (isDone(status)) return null;
  if (firstRespondedAt === null) return respondBy;
  return status === 'open' ? resolveBy : null;
}
