/** Wire shapes of the maintenance window. */
import { z } from '@hono/zod-openapi';
import { orNull } from '@/http/envelope';
import { aText } from '@/http/fields';

const MESSAGE_CHARACTERS_MAX = 500;

const time = z.iso.datetime({ offset: true, message: 'must be a time: 2026-11-23T18:00:00Z' }).transform(Date.parse);

const WindowRequest = z.strictObject({
  from: time.optional().openapi({ type: 'string', format: 'date-time', description: 'Now, if it is left out.' }),
  until: time.openapi({ type: 'string', format: 'date-time' }),
  message: aText(MESSAGE_CHARACTERS_MAX, 1),
});
const EndRequest = z.strictObject({ maintenance: z.null() });

export const MaintenanceRequest = z
  .union([WindowRequest, EndRequest])
  .openapi('MaintenanceRequest', { example: { maintenance: null } });

export const MaintenanceWindow = z
  .object({ from: z.iso.datetime(), until: z.iso.datetime(), message: z.string() })
  .openapi('MaintenanceWindow');

export const PlannedMaintenance = z.object({ maintenance: orNull(MaintenanceWindow) }).openapi('PlannedMaintenance');
