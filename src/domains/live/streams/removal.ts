/**
 * Plans what staff do with streams, as a part of one batch. A hidden stream counts as private at its door, so viewers
 * leave by the mechanism of a changed door. A removed one also ends; it comes back as an ended stream.
 */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { int } from '@/db/sql';
import { changeStream } from './change-stream';
import { findStreamOnChannel } from './channel-state';
import { planEnd } from './end-stream';
import { setupEvent } from './room-setup';
import { type StreamRow, streams } from './tables';

interface Plan {
  readonly statements: Statement[];
  readonly events: OutboxEvent[];
}

const NOTHING: Plan = { statements: [], events: [] };

/** The batch aborts with DEMAND_NOT_MET if the stream changes meanwhile; read again then. @param until ms */
export async function keepRemovedStream(ctx: Context, id: string, until: number): Promise<Plan> {
  const found = await findStreamOnChannel(ctx, id);
  if (!found || found.stream.keptUntil !== null) return NOTHING;
  const { stream, channel } = found;
  const removed = { hiddenAt: stream.hiddenAt ?? ctx.now(), keptUntil: until };
  if (stream.status === 'live') return planEnd(ctx, channel, stream, 'staff', removed);
  const status = stream.status === 'scheduled' ? 'cancelled' : stream.status;
  const { row, statements } = changeStream(ctx, stream, { ...removed, status });
  return { statements, events: [setupEvent(row, channel)] };
}

export function returnStream(ctx: Context, id: string): Plan {
  const statement = ctx.db.run(sql`UPDATE ${streams} SET hidden_at = NULL, kept_until = NULL,
    updated_at = max(updated_at + 1, ${int(ctx.now())}) WHERE id = ${id} AND kept_until IS NOT NULL`);
  return { statements: [statement], events: [] };
}

/** As `keepRemovedStream`. */
export function hideStream(ctx: Context, id: string): Promise<Plan> {
  return setHidden(ctx, id, ctx.now(), (stream) => stream.hiddenAt === null);
}

/** As `keepRemovedStream`. A removed stream stays hidden. */
export function unhideStream(ctx: Context, id: string): Promise<Plan> {
  return setHidden(ctx, id, null, (stream) => stream.hiddenAt !== null && stream.keptUntil === null);
}

async function setHidden(
  ctx: Context,
  id: string,
  hiddenAt: number | null,
  applies: (stream: StreamRow) => boolean,
): Promise<Plan> {
  const found = await findStreamOnChannel(ctx, id);
  if (!found || !applies(found.stream)) return NOTHING;
  const { row, statements } = changeStream(ctx, found.stream, { hiddenAt });
  return { statements, events: [setupEvent(row, found.channel)] };
}
