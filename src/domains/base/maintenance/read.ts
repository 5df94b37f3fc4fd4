/**
 * The current maintenance window. Every request asks for it, so each isolate keeps it for ten seconds: a change takes
 * that long to reach all of them, and a request seldom costs a read.
 */
import type { Config } from '@/contracts/config';
import type { Context } from '@/contracts/context';
import { builtOnce } from '@/db/built-once';
import type { AppError } from '@/http/errors';
import {
  type Maintenance,
  type MaintenanceWindow,
  presentWindow,
  retryAfterMs,
  runningWindow,
} from '@/shared/maintenance';
import { SECOND_MS } from '@/shared/time';
import { maintenanceError } from './errors';
import { type MaintenanceRow, maintenance } from './tables';

export const KEPT_MS = 10 * SECOND_MS;
const NONE: Maintenance = { revision: 0, window: null };

interface Kept {
  /** When (ms) it was read. */
  readonly at: number;
  readonly maintenance: Maintenance;
}

/** One entry: an isolate has one configuration. */
const kept = new WeakMap<Config, Kept>();

const query = builtOnce((db) => db.select().from(maintenance));

/** For a batch of reads, or alone; one row. */
export function maintenanceQuery(ctx: Context) {
  return query(ctx, {});
}

/** Reads the rows of `maintenanceQuery`. */
export function maintenanceOf([row]: readonly MaintenanceRow[]): Maintenance {
  if (!row) return NONE;
  const { revision, startsAt, endsAt, message } = row;
  const isPlanned = startsAt !== null && endsAt !== null && message !== null;
  return { revision, window: isPlanned ? { from: startsAt, until: endsAt, message } : null };
}

/** At most ten seconds old. If D1 does not answer, the last one known. */
export async function currentMaintenance(ctx: Context): Promise<Maintenance> {
  const now = ctx.now();
  const known = kept.get(ctx.config);
  if (known && now >= known.at && now < known.at + KEPT_MS) return known.maintenance;
  try {
    return keepMaintenance(ctx, maintenanceOf(await maintenanceQuery(ctx)));
  } catch (error) {
    ctx.log.warning('maintenance', error instanceof Error ? error.message : String(error));
    return keepMaintenance(ctx, known?.maintenance ?? NONE);
  }
}

/** Makes this isolate know the window at once. */
export function keepMaintenance(ctx: Pick<Context, 'config' | 'now'>, current: Maintenance): Maintenance {
  kept.set(ctx.config, { at: ctx.now(), maintenance: current });
  return current;
}

/** The refusal for everyone but staff. Undefined if the platform is open. */
export async function findClosure(ctx: Context): Promise<AppError | undefined> {
  const window = runningWindow(await currentMaintenance(ctx), ctx.now());
  return window && closureOf(window, ctx.now());
}

function closureOf(window: MaintenanceWindow, now: number): AppError {
  return maintenanceError('MAINTENANCE', {
    message: window.message,
    details: presentWindow(window),
    headers: { 'Retry-After': String(Math.ceil(retryAfterMs(window, now) / SECOND_MS)) },
  });
}
