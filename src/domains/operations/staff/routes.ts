/** Endpoints of staff ranks and permissions. */
import { z } from '@hono/zod-openapi';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { cursorPageOf, cursorQuery } from '@/http/envelope';
import { correctCountry } from './correct-country';
import { staffError } from './errors';
import { listStaffLog } from './log';
import { listStaff, rankStaff } from './members';
import { CorrectedCountry, CountryCorrection, StaffLogPage, StaffLogQuery, StaffMember, StaffRequest } from './schemas';

const anId = z.string().min(1).max(64);
const who = { permission: 'canManageStaff' } as const;

export const staffEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'listStaff',
    method: 'get',
    path: '/admin/staff',
    tag: 'admin',
    summary: 'List staff with their ranks and permissions',
    who,
    query: z.strictObject(cursorQuery),
    response: cursorPageOf(StaffMember),
    handler: (ctx, { actor, query }) => listStaff(ctx, actor, query),
  }),
  endpoint({
    operationId: 'changeStaff',
    logs: 'staff.rank',
    method: 'put',
    path: '/admin/staff/{userId}',
    tag: 'admin',
    summary: 'Give, change or remove a rank and permissions',
    description:
      'You can only grant permissions you have, act on users below your rank, and give ranks below your own. A ' +
      'country admin acts inside their country. `granted`, `denied` and `country` stay unchanged if they are not ' +
      'sent. The change applies at once.',
    who,
    params: z.object({ userId: anId }),
    body: StaffRequest,
    response: StaffMember,
    refusals: [
      staffError.STAFF_OUT_OF_REACH,
      staffError.RANK_TOO_HIGH,
      staffError.PERMISSION_NOT_YOURS,
      staffError.STAFF_USER_NOT_FOUND,
      staffError.STAFF_CHANGED,
    ],
    handler: (ctx, { actor, params, body }) => rankStaff(ctx, actor, params.userId, body),
  }),
  endpoint({
    operationId: 'listStaffLog',
    method: 'get',
    path: '/admin/logs',
    tag: 'admin',
    summary: 'The log of staff actions, newest first',
    description:
      'Contains every action of staff, and the writes they were refused, at most 20 a minute each. A country admin sees ' +
      'actions about users of their country, and their own.',
    who,
    query: StaffLogQuery,
    response: StaffLogPage,
    handler: (ctx, { actor, query }) => listStaffLog(ctx, actor, query),
  }),
  endpoint({
    operationId: 'correctCountry',
    logs: 'user.country',
    method: 'put',
    path: '/admin/user/{id}/country',
    tag: 'admin',
    summary: 'Correct the country a user declared',
    description:
      'From then on only staff can change it, until `country: null` lets the user declare one again. You can only ' +
      'act on users below your rank; a country admin acts inside their country.',
    who: { permission: 'canBanUsers' },
    params: z.object({ id: anId }),
    body: CountryCorrection,
    response: CorrectedCountry,
    refusals: [staffError.STAFF_OUT_OF_REACH, staffError.STAFF_USER_NOT_FOUND, staffError.COUNTRY_CHANGED],
    handler: (ctx, { actor, params, body }) => correctCountry(ctx, actor, params.id, body),
  }),
];
