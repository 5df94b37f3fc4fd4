/** Reads the names of a performer: those that everyone sees, those of the stage, and the account's own. */
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { users } from '@/domains/base/users/tables';

/** For a batch of reads. */
export function namesQuery(ctx: Pick<Context, 'db'>, userId: string) {
  const { username, displayName, stageName, stageHandle, stageBio, accountUsername } = users;
  return ctx.db
    .select({ username, displayName, stageName, stageHandle, stageBio, accountUsername })
    .from(users)
    .where(eq(users.id, userId));
}
