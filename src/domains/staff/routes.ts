/** Who of the staff may do what. */
import { z } from '@hono/zod-openapi';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { cursorPageOf, cursorQuery } from '@/http/envelope';
import { listStaff, rankStaff } from './members';
import { StaffMember, StaffRequest } from './schemas';

const ID_CHARACTERS_MAX = 64;
const who = { permission: 'canManageStaff' } as const;

export const staffEndpoints: Endpoint[] = [
  endpoint({
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
    method: 'put',
    path: '/admin/staff/{userId}',
    tag: 'admin',
    summary: 'Give, change or take a rank and permissions',
    description:
      'Nobody grants what they lack, acts on an equal or higher rank or gives one; a country admin acts inside their ' +
      'country. `granted`, `denied` and `country` stay as they are where they are not sent. It bites at once.',
    who,
    params: z.object({ userId: z.string().min(1).max(ID_CHARACTERS_MAX) }),
    body: StaffRequest,
    response: StaffMember,
    refusals: {
      403: 'STAFF_OUT_OF_REACH, RANK_TOO_HIGH or PERMISSION_NOT_YOURS',
      404: 'STAFF_USER_NOT_FOUND',
      409: 'STAFF_CHANGED',
    },
    handler: (ctx, { actor, params, body }) => rankStaff(ctx, actor, params.userId, body),
  }),
];
