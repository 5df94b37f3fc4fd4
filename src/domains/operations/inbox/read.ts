/** What waits for a member of staff, by kind, as far as their permissions and their country reach. One batch. */

import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { literal } from '@/db/sql';
import { onlyCountryOf, staffCan } from '@/domains/base/permissions/permissions';
import type { Actor } from '@/shared/actor';
import { toIsoOrNull } from '@/shared/time';
import { INBOX_COUNT_MAX, INBOX_KINDS, type Inbox } from './schemas';
import { SOURCES } from './sources';

interface Counted {
  readonly count: number;
  readonly oldestAt: number | null;
  readonly mine: number;
  readonly unassigned: number;
}

/** Kinds of which nothing waits are listed with a count of zero. */
export async function readInbox(ctx: Context, { userId, staff }: Actor): Promise<z.input<typeof Inbox>> {
  const country = onlyCountryOf(staff);
  const sources = SOURCES.filter(({ permission }) => staffCan(staff, permission));
  const [first, ...rest] = sources.map(({ things }) =>
    ctx.db.all<Counted>(sql`
      SELECT count(*) AS count, min(at) AS oldestAt, count(*) FILTER (WHERE assignee = ${userId}) AS mine,
        count(*) FILTER (WHERE assignee IS NULL) AS unassigned
      FROM (${things(country)} LIMIT ${literal(INBOX_COUNT_MAX + 1)})`),
  );
  if (!first) return { items: [] };
  const counted = await ctx.db.batch([first, ...rest]);
  const items = INBOX_KINDS.flatMap((kind) => {
    const parts = sources.flatMap((source, index) =>
      source.kind === kind ? [{ source, row: counted[index]?.[0] }] : [],
    );
    if (parts.length === 0) return [];
    const sum = (field: 'count' | 'mine' | 'unassigned') =>
      parts.reduce((total, { row }) => total + (row?.[field] ?? 0), 0);
    const upTo = (count: number) => Math.min(count, INBOX_COUNT_MAX);
    const oldest = Math.min(...parts.map(({ row }) => row?.oldestAt ?? Number.POSITIVE_INFINITY));
    const isAssigned = parts.some(({ source }) => source.isAssigned);
    return [
      {
        kind,
        count: upTo(sum('count')),
        capped: sum('count') > INBOX_COUNT_MAX,
        oldestAt: toIsoOrNull(Number.isFinite(oldest) ? oldest : null),
        mine: isAssigned ? upTo(sum('mine')) : null,
        unassigned: isAssigned ? upTo(sum('unassigned')) : null,
      },
    ];
  });
  return { items };
}
