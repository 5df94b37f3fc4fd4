/** Endpoints of users for staff: the list, one user's page, their status, and notes. */
import { z } from '@hono/zod-openapi';
import { staffError } from '@/domains/operations/staff/errors';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { cursorPageOf } from '@/http/envelope';
import { banError } from './errors';
import { listUsers } from './list-users';
import { addNote } from './notes';
import { AdminUser, ListedUser, NoteRequest, StaffNote, StatusRequest, UserStatus, UsersQuery } from './schemas';
import { setStatus } from './set-status';
import { readUser } from './user-page';

const who = { permission: 'canBanUsers' } as const;
const params = z.object({ id: z.string().min(1).max(64) });
const { STAFF_OUT_OF_REACH, STAFF_USER_NOT_FOUND } = staffError;

export const banEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'listUsersForStaff',
    method: 'get',
    path: '/admin/users',
    tag: 'admin',
    summary: 'List and search users by role, status, country and rank',
    description:
      'Newest first. `q` finds words of the names, or a whole username, email address or id. A page of a search can be ' +
      'shorter than `perPage` and still have a next one. A country admin sees their country only. Email addresses of ' +
      'users whom you may not act on are masked.',
    who,
    query: UsersQuery,
    response: cursorPageOf(ListedUser),
    handler: (ctx, { actor, query }) => listUsers(ctx, actor, query),
  }),
  endpoint({
    operationId: 'readUserForStaff',
    method: 'get',
    path: '/admin/user/{id}',
    tag: 'admin',
    summary: 'Read one user with status history, reports, sanctions and notes',
    description:
      'Only for users below your rank; for a country admin, inside their country. The staff log says who read it.',
    who,
    params,
    response: AdminUser,
    refusals: [STAFF_OUT_OF_REACH, STAFF_USER_NOT_FOUND],
    handler: (ctx, { actor, params }) => readUser(ctx, actor, params.id),
  }),
  endpoint({
    operationId: 'setUserStatus',
    logs: 'user.status',
    method: 'put',
    path: '/admin/user/{id}/status',
    tag: 'admin',
    summary: 'Ban or suspend a user, or lift it',
    description:
      'A ban or a suspension signs the user out, closes their sockets, ends their live stream and hides their content. ' +
      'Approved cash-outs through the provider that were not sent are given back; bank transfers are stopped; requested ' +
      'ones wait. Guests from their address are kept out ' +
      'of the rooms they entered last for an hour. A suspension of at most 30 days pauses subscriptions and adds the lost ' +
      'time; a longer one, or a ban, ends them and gives unused days back. Lifting restores sign-in and content. Each ' +
      'change is a decision that the user can read and appeal.',
    who,
    params,
    body: StatusRequest,
    response: UserStatus,
    refusals: [STAFF_OUT_OF_REACH, STAFF_USER_NOT_FOUND, banError.STATUS_CHANGED],
    handler: (ctx, { actor, params, body }) => setStatus(ctx, actor, params.id, body),
  }),
  endpoint({
    operationId: 'addStaffNote',
    logs: 'user.note',
    method: 'post',
    path: '/admin/user/{id}/notes',
    tag: 'admin',
    summary: 'Add a note on a user for other staff',
    description: 'The user never sees it. It is deleted when the account ends.',
    who,
    params,
    body: NoteRequest,
    response: StaffNote,
    status: 201,
    refusals: [STAFF_OUT_OF_REACH, STAFF_USER_NOT_FOUND, banError.STATUS_CHANGED],
    handler: (ctx, { actor, params, body }) => addNote(ctx, actor, params.id, body.text),
  }),
];
