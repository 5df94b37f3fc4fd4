/** Staff who enter where a viewer could not: nobody is let in so unlogged. */
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { logStaff } from '@/domains/base/permissions/log';
import { staysAsStaff } from './admission';
import type { Admitted } from './admit';

/** Before the pass, or the token to watch, is given out. @param id its id: each is logged once */
export async function logStaffEntry(ctx: Context, { found, standing }: Admitted, id: string): Promise<void> {
  if (!standing || !staysAsStaff(found.stream, standing)) return;
  const { id: targetId, visibility } = found.stream;
  const after = { visibility, keptOut: standing.denied };
  const staffId = standing.user.id;
  await commit(ctx, [logStaff(ctx, { id, staffId, action: 'room.enter', targetType: 'stream', targetId, after })]);
}
