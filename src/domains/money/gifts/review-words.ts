/**
 * Plans what staff do with the words of a gift, as a part of one batch: hide them during a review, remove them so that an
 * appeal can bring them back, and bring them back. The gift itself stays.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { Plan } from '@/db/commit';
import { int } from '@/db/sql';
import { isRemovalAppealed } from '@/domains/base/decisions/on-target';
import { giftsSent } from './tables';

interface Words {
  readonly id: string;
  /** The room that shows it: a stream's or a user's. Null: none does. */
  readonly streamId: string | null;
}

export function hideWords(ctx: Context, words: Words): Plan {
  const change = sql`words_hidden_at = ${int(ctx.now())}`;
  return plan(ctx, words, change, sql`message IS NOT NULL AND words_hidden_at IS NULL`, true);
}

export function unhideWords(ctx: Context, words: Words): Plan {
  return plan(
    ctx,
    words,
    sql`words_hidden_at = NULL`,
    sql`words_hidden_at IS NOT NULL AND words_kept_until IS NULL`,
    false,
  );
}

/** @param until ms */
export function keepRemovedWords(ctx: Context, words: Words, until: number): Plan {
  const change = sql`words_hidden_at = coalesce(words_hidden_at, ${int(ctx.now())}), words_kept_until = ${int(until)}`;
  return plan(ctx, words, change, sql`message IS NOT NULL AND words_kept_until IS NULL`, true);
}

export function returnWords(ctx: Context, words: Words): Plan {
  const change = sql`words_hidden_at = NULL, words_kept_until = NULL`;
  return plan(ctx, words, change, sql`words_kept_until IS NOT NULL`, false);
}

/** For a sweep: deletes words that can no longer come back. */
export function clearKeptWords(ctx: Context, now: number, limit: SQL): Statement {
  return ctx.db.run(sql`UPDATE gifts_sent SET message = NULL, words_kept_until = NULL
    WHERE id IN (SELECT id FROM gifts_sent WHERE words_kept_until IS NOT NULL AND words_kept_until <= ${now}
      AND NOT ${isRemovalAppealed('gift', sql`gifts_sent.id`)} ${limit})`);
}

function plan(ctx: Context, { id, streamId }: Words, change: SQL, condition: SQL, withheld: boolean): Plan {
  return {
    statements: [ctx.db.run(sql`UPDATE ${giftsSent} SET ${change} WHERE id = ${id} AND ${condition}`)],
    events: streamId === null ? [] : [{ kind: 'room', roomId: streamId, command: { type: 'withhold', id, withheld } }],
  };
}
