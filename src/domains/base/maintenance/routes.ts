/** The endpoint by which staff plan and end maintenance. */
import { type Endpoint, endpoint } from '@/http/endpoint';
import { changeMaintenance } from './change';
import { maintenanceError } from './errors';
import { MaintenanceRequest, PlannedMaintenance } from './schemas';

export const maintenanceEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'changeMaintenance',
    logs: 'maintenance.set',
    method: 'put',
    path: '/admin/maintenance',
    tag: 'admin',
    summary: 'Plan, change or end a maintenance window',
    description:
      'From `from` to `until`, everyone but staff gets 503 `MAINTENANCE` with `Retry-After`. Open rooms get the event ' +
      '`maintenance` when the window is set, changed or ended. `{ "maintenance": null }` ends it. A change takes up to ' +
      'ten seconds to apply everywhere.',
    who: { permission: 'canManageCatalogue' },
    body: MaintenanceRequest,
    response: PlannedMaintenance,
    refusals: [maintenanceError.MAINTENANCE_CHANGED],
    handler: (ctx, { actor, body }) => changeMaintenance(ctx, actor, body),
  }),
];
