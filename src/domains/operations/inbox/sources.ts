/**
 * What waits for staff, by kind: who may decide about it, and a query of the things, each with the time since when it
 * waits. Every query uses an index that contains only what waits. Takes no Context.
 */
import { type SQL, sql } from 'drizzle-orm';
import { outbox } from '@/db/outbox';
import { payoutWaits } from '@/domains/base/notifications/waiting';
import { isWithinReach } from '@/domains/base/permissions/reach';
import { users } from '@/domains/base/users/tables';
import { payoutDetails, payouts } from '@/domains/money/payouts/tables';
import { products } from '@/domains/money/products/tables';
import { appeals } from '@/domains/operations/appeals/tables';
import { reports } from '@/domains/operations/reports/tables';
import { supportThreads } from '@/domains/operations/support-chat/tables';
import { tickets } from '@/domains/operations/tickets/tables';
import { webhookEvents } from '@/domains/operations/webhooks/tables';
import { creatorApplications } from '@/domains/people/creators/tables';
import { guideApplications } from '@/domains/people/guides/tables';
import type { Actor, Permission } from '@/shared/actor';
import type { InboxKind } from './schemas';

interface Source {
  readonly kind: InboxKind;
  readonly permission: Permission;
  /** The columns `at` and `assignee`, of what this reader may decide on. */
  readonly things: (reader: Actor) => SQL;
  readonly isAssigned?: true;
}

/** Tickets, chats and products can be answered whatever the user's rank. @param userId the column that names the user */
function isAnswerable({ userId: readerId, staff }: Actor, userId: SQL): SQL {
  if (staff?.rank !== 'country_admin') return sql`${userId} <> ${readerId}`;
  return sql`${userId} <> ${readerId} AND EXISTS (SELECT 1 FROM ${users} u WHERE u.id = ${userId} AND u.country = ${staff.country})`;
}

export const SOURCES: readonly Source[] = [
  {
    kind: 'report',
    permission: 'canReviewReports',
    isAssigned: true,
    things: (reader) => sql`SELECT created_at AS at, assignee_id AS assignee FROM ${reports}
      WHERE status <> 'resolved' AND ${isWithinReach(reader, sql`reports.subject_id`)}`,
  },
  {
    kind: 'appeal',
    permission: 'canBanUsers',
    things: (reader) => sql`SELECT created_at AS at, NULL AS assignee FROM ${appeals}
      WHERE status = 'open' AND ${isWithinReach(reader, sql`appeals.subject_id`)}`,
  },
  {
    kind: 'ticket',
    permission: 'canManageTickets',
    isAssigned: true,
    things: (reader) => sql`SELECT status_at AS at, assignee_id AS assignee FROM ${tickets}
      WHERE status = 'open' AND merged_into IS NULL AND ${isAnswerable(reader, sql`tickets.user_id`)}`,
  },
  {
    kind: 'chat',
    permission: 'canManageTickets',
    isAssigned: true,
    things: (reader) => sql`SELECT waiting_since AS at, assignee_id AS assignee FROM ${supportThreads}
      WHERE waiting_since IS NOT NULL AND ${isAnswerable(reader, sql`support_threads.user_id`)}`,
  },
  {
    kind: 'application',
    permission: 'canApproveCreators',
    things: (reader) => sql`SELECT submitted_at AS at, NULL AS assignee FROM ${creatorApplications}
      WHERE status = 'PENDING' AND ${isWithinReach(reader, sql`creator_applications.user_id`)}`,
  },
  {
    kind: 'application',
    permission: 'canApproveGuides',
    things: (reader) => sql`SELECT submitted_at AS at, NULL AS assignee FROM ${guideApplications}
      WHERE status = 'PENDING' AND ${isWithinReach(reader, sql`guide_applications.user_id`)}`,
  },
  {
    kind: 'payout',
    permission: 'canApproveCashout',
    things: (reader) => sql`SELECT requested_at AS at, NULL AS assignee FROM ${payouts}
      WHERE status IN ('requested', 'approved', 'processing') AND ${payoutWaits} AND ${isWithinReach(reader, sql`payouts.user_id`)}`,
  },
  {
    kind: 'payout',
    permission: 'canApproveCashout',
    things: (reader) => sql`SELECT requested_at AS at, NULL AS assignee FROM ${payoutDetails}
      WHERE status = 'pending' AND ${isWithinReach(reader, sql`payout_details.user_id`)}`,
  },
  {
    kind: 'product',
    permission: 'canManageCatalogue',
    things: (reader) => sql`SELECT submitted_at AS at, NULL AS assignee FROM ${products}
      WHERE status = 'review' AND ${isAnswerable(reader, sql`products.seller_id`)}`,
  },
  {
    kind: 'held-event',
    permission: 'canReplayWebhooks',
    things: () =>
      sql`SELECT received_at AS at, NULL AS assignee FROM ${webhookEvents} WHERE state IN ('held', 'failed')`,
  },
  {
    kind: 'health',
    permission: 'canReplayWebhooks',
    // NOTE: must match the index of events that failed again and again.
    things: () => sql`SELECT created_at AS at, NULL AS assignee FROM ${outbox} WHERE attempts >= 5`,
  },
];
