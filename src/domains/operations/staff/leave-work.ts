/** Takes tickets and support chats from a member of staff who can no longer handle them, so that others do. */
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { staffCan } from '@/domains/base/permissions/permissions';
import { unassignSupportChats } from '@/domains/operations/support-chat/forget';
import { unassignTickets } from '@/domains/operations/tickets/forget';
import type { Staff } from '@/shared/actor';

/** For the batch that changes a rank or bans its holder. @param after what remains; null: no rank that counts */
export function leaveWork(ctx: Context, staffId: string, after: Staff | null): Statement[] {
  if (staffCan(after, 'canManageTickets')) return [];
  return [unassignTickets(ctx, staffId), unassignSupportChats(ctx, staffId)];
}
