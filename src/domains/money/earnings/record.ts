/** Records earned diamonds: a use case adds this to its batch, after its transfers. */
import { type SQLWrapper, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { builtOnce } from '@/db/built-once';
import { int } from '@/db/sql';
import { ledgerAccounts } from '@/ledger/tables';
import { toDay } from '@/shared/time';
import { type EarningSource, earningDays } from './tables';

/** Adds to the day's sums and stores the transfer, which is the account's last one at that point of the batch. */
export function recordEarning(
  ctx: Context,
  { userId, source, diamonds }: { userId: string; source: EarningSource; diamonds: number },
): Statement {
  return recording(ctx, { userId, source, diamonds, day: toDay(ctx.now()) });
}

const recording = builtOnce((db, value: (name: 'userId' | 'source' | 'diamonds' | 'day') => SQLWrapper) =>
  db.run(sql`
    INSERT INTO ${earningDays} (user_id, day, source, diamonds, count, last_transfer_id)
    SELECT owner, ${value('day')}, ${value('source')}, ${int(value('diamonds'))}, 1, last_transfer_id
    FROM ${ledgerAccounts} WHERE owner = ${value('userId')} AND kind = 'earnings' AND unit = 'diamond' AND shard = 0
    ON CONFLICT (user_id, day, source) DO UPDATE SET
      diamonds = diamonds + excluded.diamonds, count = count + 1, last_transfer_id = excluded.last_transfer_id`),
);
