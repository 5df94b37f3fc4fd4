/** Logs staff who enter where a viewer could not. None of these entries goes unlogged. */
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { logStaff } from '@/domains/base/permissions/log';
import { staysAsStaff } from './admission';
import type { Admitted } from './admit';

/** Call it before the pass or token is issued. @param id of the pass or token; each is logged once */
export async function logStaffEntry(ctx: Context, { door, relation }: Admitted, id: string): Promise<void> {
  if (!relation || !staysAsStaff(door, relation)) return;
  const target = {
    targetType: door.kind === 'user' ? 'room' : 'stream',
    targetId: door.roomId,
    subjectId: door.hostId,
  };
  const after = { visibility: door.visibility, keptOut: relation.denied };
  const staffId = relation.user.id;
  await commit(ctx, [logStaff(ctx, { id, staffId, action: 'room.enter', ...target, after })]);
}
