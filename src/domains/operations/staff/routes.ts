/** Who of the staff may do what. */
import { z } from '@hono/zod-openapi';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { cursorPageOf, cursorQuery } from '@/http/envelope';
import { correctCountry } from './correct-country';
import { staffError } from './errors';
import { listStaff, rankStaff } from './members';
import { CorrectedCountry, CountryCorrection, StaffMember, StaffRequest } from './schemas';

const anId = z.string().min(1).max(64);
const who = { permission: 'canManageStaff' } as const;

export const staffEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'listStaff',
    method: 'get',
    path: '/admin/staff',
    tag: 'admin',
    summary: 'Staff, their ranks and permissions',
    who,
    query: z.strictObject(cursorQuery),
    response: cursorPageOf(StaffMember),
    handler: (ctx, { query }) => listStaff(ctx, query),
  }),
  endpoint({
    operationId: 'changeStaff',
    method: 'put',
    path: '/admin/staff/{userId}',
    tag: 'admin',
    summary: 'Give, change or take a rank and permissions',
    description:
      'Nobody grants what they lack, acts on an equal or higher rank or gives one; a country admin acts inside their ' +
      'country. `granted`, `denied` and `country` stay as they are where they are not sent. It bites at once.',
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
    operationId: 'correctCountry',
    method: 'put',
    path: '/admin/user/{id}/country',
    tag: 'admin',
    summary: 'Correct the country that a user declared',
    description:
      'From then on only staff change it, until `country: null` gives it back to the user. Nobody acts on an equal or ' +
      'higher rank; a country admin acts inside their country.',
    who,
    params: z.object({ id: anId }),
    body: CountryCorrection,
    response: CorrectedCountry,
    refusals: [staffError.STAFF_OUT_OF_REACH, staffError.STAFF_USER_NOT_FOUND, staffError.COUNTRY_CHANGED],
    handler: (ctx, { actor, params, body }) => correctCountry(ctx, actor, params.id, body),
  }),
];
