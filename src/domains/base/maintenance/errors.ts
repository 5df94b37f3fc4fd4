import { errorList } from '@/http/errors';

export const maintenanceError = errorList({
  MAINTENANCE: [503, 'The platform is down for maintenance. Try again later.'],
  MAINTENANCE_CHANGED: [409, 'Someone else just changed the maintenance. Reload and try again.'],
});
