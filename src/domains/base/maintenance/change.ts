/** Staff set, change or end the maintenance window. Open rooms hear of each change. */

import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, requireChange } from '@/db/commit';
import { logStaff } from '@/domains/base/permissions/log';
import { invalid } from '@/http/validation';
import type { Actor } from '@/shared/actor';
import { comingWindow, type Maintenance, type MaintenanceWindow, presentWindow } from '@/shared/maintenance';
import { DAY_MS } from '@/shared/time';
import { maintenanceError } from './errors';
import { keepMaintenance, maintenanceOf, maintenanceQuery } from './read';
import type { MaintenanceRequest, PlannedMaintenance } from './schemas';
import { maintenance } from './tables';

/** A longer one is a typing error. */
const WINDOW_MS_MAX = 7 * DAY_MS;
const AHEAD_MS_MAX = 90 * DAY_MS;

/** If two members of staff change it at once, one of them is refused. Throws VALIDATION_FAILED, MAINTENANCE_CHANGED. */
export async function changeMaintenance(
  ctx: Context,
  { userId: staffId }: Actor,
  input: z.output<typeof MaintenanceRequest>,
): Promise<z.input<typeof PlannedMaintenance>> {
  const now = ctx.now();
  const before = maintenanceOf(await maintenanceQuery(ctx));
  const window = windowOf(input, now);
  if (isSame(comingWindow(before, now), window)) {
    keepMaintenance(ctx, before);
    return present(window);
  }
  const after: Maintenance = { revision: before.revision + 1, window };
  await commit(
    ctx,
    [
      ctx.db
        .update(maintenance)
        .set({
          revision: after.revision,
          startsAt: window?.from ?? null,
          endsAt: window?.until ?? null,
          message: window?.message ?? null,
        })
        .where(sql`${maintenance.id} = 1 AND ${maintenance.revision} = ${before.revision}`),
      requireChange(ctx),
      logStaff(ctx, {
        staffId,
        action: window ? 'maintenance.set' : 'maintenance.end',
        targetType: 'maintenance',
        targetId: String(after.revision),
        before: present(before.window).maintenance,
        after: present(window).maintenance,
      }),
    ],
    {
      events: [{ kind: 'task', task: { type: 'announce-maintenance', revision: after.revision, after: null } }],
      refusals: { DEMAND_NOT_MET: () => maintenanceError('MAINTENANCE_CHANGED') },
    },
  );
  keepMaintenance(ctx, after);
  ctx.log.event('maintenance.changed', { revision: after.revision });
  return present(window);
}

/** Throws VALIDATION_FAILED. */
function windowOf(input: z.output<typeof MaintenanceRequest>, now: number): MaintenanceWindow | null {
  if ('maintenance' in input) return null;
  const { from = now, until, message } = input;
  if (until <= now) throw invalid('until', 'must be in the future');
  if (until <= from) throw invalid('until', 'must be after `from`');
  if (until - from > WINDOW_MS_MAX) throw invalid('until', 'must be at most seven days after `from`');
  if (from > now + AHEAD_MS_MAX) throw invalid('from', 'must be within 90 days');
  return { from, until, message };
}

function isSame(one: MaintenanceWindow | null, other: MaintenanceWindow | null): boolean {
  return one?.from === other?.from && one?.until === other?.until && one?.message === other?.message;
}

function present(window: MaintenanceWindow | null): z.input<typeof PlannedMaintenance> {
  return { maintenance: window && presentWindow(window) };
}
