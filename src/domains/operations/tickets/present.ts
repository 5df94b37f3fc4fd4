/** Presents tickets and replies: to their user, and with more to staff. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import { presentCard } from '@/domains/base/users/present';
import { toIso, toIsoOrNull } from '@/shared/time';
import type { Person, Side } from './access';
import { presentAttachments } from './attachments';
import { showNumber } from './number';
import type { TicketReply, TicketSummary } from './schemas';
import type { AttachmentRow, ReplyRow, TicketRow } from './tables';

/** By id. */
export type People = ReadonlyMap<string, Person>;

export function byId(people: readonly Person[]): People {
  return new Map(people.map((person) => [person.id, person]));
}

function cardOf(people: People, id: string | null) {
  const person = id === null ? undefined : people.get(id);
  return person ? presentCard(person) : null;
}

export type CountedTicket = TicketRow & { readonly replyCount: number };

export function presentSummary(
  ctx: Context,
  row: CountedTicket,
  people: People,
  side: Side,
): z.input<typeof TicketSummary> {
  const { id, number, category, priority, subject, description, status, replyCount, rating } = row;
  const shown = {
    id,
    number: showNumber(number),
    ...{ category, priority, subject, description, status, replyCount, rating },
    mergedInto: row.mergedInto,
    continues: row.continues,
    createdAt: toIso(row.createdAt),
    updatedAt: toIso(row.updatedAt),
    firstRespondedAt: toIsoOrNull(row.firstRespondedAt),
    resolvedAt: toIsoOrNull(row.resolvedAt),
  };
  if (side === 'user') return shown;
  return {
    ...shown,
    user: cardOf(people, row.userId),
    assignee: cardOf(people, row.assigneeId),
    service: {
      respondBy: toIso(row.respondBy),
      resolveBy: toIso(row.resolveBy),
      dueAt: toIsoOrNull(row.dueAt),
      breached: row.dueAt !== null && row.dueAt < ctx.now(),
    },
  };
}

/** @param attachments the ticket's; those of other replies are ignored */
export async function presentReply(
  ctx: Context,
  row: ReplyRow,
  people: People,
  attachments: readonly AttachmentRow[],
  side: Side,
): Promise<z.input<typeof TicketReply>> {
  const { id, ticketId, authorId, authorKind, text, internal } = row;
  return {
    id,
    ticketId,
    author: { kind: authorKind, card: cardOf(people, authorId) },
    text,
    ...(side === 'staff' ? { internal } : {}),
    attachments: await presentAttachments(
      ctx,
      attachments.filter(({ replyId }) => replyId === id),
    ),
    createdAt: toIso(row.createdAt),
  };
}
