/**
 * What waits for staff, by kind: who may decide about it, and a query of the things, each with the time since when it
 * waits. Every query uses an index that only has what waits, so a read costs no more than what it counts. Takes no Context.
 */
import { type SQL, sql } from 'drizzle-orm';
import { outbox } from '@/db/outbox';
import { payoutWaits } from '@/domains/base/notifications/waiting';
import { users } from '@/domains/base/users/tables';
import { payoutDetails, payouts } from '@/domains/money/payouts/tables';
import { appeals } from '@/domains/operations/appeals/tables';
import { reports } from '@/domains/operations/reports/tables';
import { supportThreads } from '@/domains/operations/support-chat/tables';
import { tickets } from '@/domains/operations/tickets/tables';
import { webhookEvents } from '@/domains/operations/webhooks/tables';
import { creatorApplications } from '@/domains/people/creators/tables';
import { guideApplications } from '@/domains/people/guides/tables';
import type { Permission } from '@/shared/actor';
import type { InboxKind } from './schemas';

interface Source {
  readonly kind: InboxKind;
  readonly permission: Permission;
  /** The columns `at` and `assignee`. @param country a country admin's; undefined: all */
  readonly things: (country: string | undefined) => SQL;
  readonly isAssigned?: true;
}

/** Only users of this country. @param userId the column that names the user */
function ofCountry(country: string | undefined, userId: string): SQL {
  if (country === undefined) return sql`true`;
  return sql`EXISTS (SELECT 1 FROM ${users} u WHERE u.id = ${sql.raw(userId)} AND u.country = ${country})`;
}

export const SOURCES: readonly Source[] = [
  {
    kind: 'report',
    permission: 'canReviewReports',
    isAssigned: true,
    things: (country) => sql`SELECT created_at AS at, assignee_id AS assignee FROM ${reports}
      WHERE status <> 'resolved' AND ${ofCountry(country, 'reports.subject_id')}`,
  },
  {
    kind: 'appeal',
    permission: 'canBanUsers',
    things: (country) => sql`SELECT created_at AS at, NULL AS assignee FROM ${appeals}
      WHERE status = 'open' AND ${ofCountry(country, 'appeals.subject_id')}`,
  },
  {
    kind: 'ticket',
    permission: 'canManageTickets',
    isAssigned: true,
    things: (country) => sql`SELECT status_at AS at, assignee_id AS assignee FROM ${tickets}
      WHERE status = 'open' AND merged_into IS NULL AND ${ofCountry(country, 'tickets.user_id')}`,
  },
  {
    kind: 'chat',
    permission: 'canManageTickets',
    isAssigned: true,
    things: (country) => sql`SELECT waiting_since AS at, assignee_id AS assignee FROM ${supportThreads}
      WHERE waiting_since IS NOT NULL AND ${ofCountry(country, 'support_threads.user_id')}`,
  },
  {
    kind: 'application',
    permission: 'canApproveCreators',
    things: (country) => sql`SELECT submitted_at AS at, NULL AS assignee FROM ${creatorApplications}
      WHERE status = 'PENDING' AND ${ofCountry(country, 'creator_applications.user_id')}`,
  },
  {
    kind: 'application',
    permission: 'canApproveGuides',
    things: (country) => sql`SELECT submitted_at AS at, NULL AS assignee FROM ${guideApplications}
      WHERE status = 'PENDING' AND ${ofCountry(country, 'guide_applications.user_id')}`,
  },
  {
    kind: 'payout',
    permission: 'canApproveCashout',
    things: (country) => sql`SELECT requested_at AS at, NULL AS assignee FROM ${payouts}
      WHERE status IN ('requested', 'approved', 'processing') AND ${payoutWaits} AND ${ofCountry(country, 'payouts.user_id')}`,
  },
  {
    kind: 'payout',
    permission: 'canApproveCashout',
    things: (country) => sql`SELECT requested_at AS at, NULL AS assignee FROM ${payoutDetails}
      WHERE status = 'pending' AND ${ofCountry(country, 'payout_details.user_id')}`,
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
