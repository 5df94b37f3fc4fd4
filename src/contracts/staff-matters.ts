/**
 * What can wait for staff, with the permission that decides about it and the notification that counts it. The list is
 * closed. Only data, so that any layer may import it. Their texts are in `src/texts`, by kind and matter.
 */
import type { Permission } from '@/shared/actor';

interface Matter {
  /** The kind of its notification. */
  readonly kind: WaitingKind;
  /** Each of these staff has one row for the group, which counts what waits. */
  readonly group: string;
  readonly permission: Permission;
  /** The name of the thing's id in the notification's `data`. */
  readonly idName: string;
  /** Staff are only notified if they could act on the user whom it concerns, since deciding it acts on that user. */
  readonly actsOnSubject: boolean;
}

/** Notifications of these kinds count things that wait, and `gather.actorId` is the thing's id. */
export const WAITING_KINDS = [
  'report-waiting',
  'appeal-waiting',
  'ticket-waiting',
  'chat-waiting',
  'application-waiting',
  'payout-waiting',
  'product-waiting',
  'webhook-waiting',
  'health',
] as const;
export type WaitingKind = (typeof WAITING_KINDS)[number];

export const STAFF_MATTERS = {
  report: {
    kind: 'report-waiting',
    group: 'waiting:report',
    permission: 'canReviewReports',
    idName: 'reportId',
    actsOnSubject: true,
  },
  appeal: {
    kind: 'appeal-waiting',
    group: 'waiting:appeal',
    permission: 'canBanUsers',
    idName: 'appealId',
    actsOnSubject: true,
  },
  ticket: {
    kind: 'ticket-waiting',
    group: 'waiting:ticket',
    permission: 'canManageTickets',
    idName: 'ticketId',
    actsOnSubject: false,
  },
  chat: {
    kind: 'chat-waiting',
    group: 'waiting:chat',
    permission: 'canManageTickets',
    idName: 'messageId',
    actsOnSubject: false,
  },
  'creator-application': {
    kind: 'application-waiting',
    group: 'waiting:creator-application',
    permission: 'canApproveCreators',
    idName: 'applicationId',
    actsOnSubject: true,
  },
  'guide-application': {
    kind: 'application-waiting',
    group: 'waiting:guide-application',
    permission: 'canApproveGuides',
    idName: 'applicationId',
    actsOnSubject: true,
  },
  payout: {
    kind: 'payout-waiting',
    group: 'waiting:payout',
    permission: 'canApproveCashout',
    idName: 'payoutId',
    actsOnSubject: true,
  },
  'payout-details': {
    kind: 'payout-waiting',
    group: 'waiting:payout-details',
    permission: 'canApproveCashout',
    idName: 'payoutDetailsId',
    actsOnSubject: true,
  },
  product: {
    kind: 'product-waiting',
    group: 'waiting:product',
    permission: 'canManageCatalogue',
    idName: 'productId',
    actsOnSubject: false,
  },
  'order-problem': {
    kind: 'product-waiting',
    group: 'waiting:order-problem',
    permission: 'canRefund',
    idName: 'orderId',
    actsOnSubject: false,
  },
  'order-refund': {
    kind: 'product-waiting',
    group: 'waiting:order-refund',
    permission: 'canRefund',
    idName: 'orderId',
    actsOnSubject: false,
  },
  'held-event': {
    kind: 'webhook-waiting',
    group: 'webhook-events',
    permission: 'canReplayWebhooks',
    idName: 'webhookEventId',
    actsOnSubject: false,
  },
  health: {
    kind: 'health',
    group: 'waiting:health',
    permission: 'canReplayWebhooks',
    idName: 'part',
    actsOnSubject: false,
  },
} as const satisfies Readonly<Record<string, Matter>>;
export type StaffMatter = keyof typeof STAFF_MATTERS;

/** Nobody answered in time; a provider refuses; a provider does not say. */
export const WAITING_NOTES = ['unanswered', 'refused', 'unknown'] as const;
export type WaitingNote = (typeof WAITING_NOTES)[number];

/** A thing that waits for staff. */
export interface Waiting {
  readonly matter: StaffMatter;
  /** The thing's id. A thing that waits already is not announced again. */
  readonly id: string;
  /** The user whom it concerns. They are never notified, and a country admin only of users in their country. */
  readonly subjectId?: string;
  /** What is special about it: it has a sentence of its own. */
  readonly note?: WaitingNote;
  /** What a provider said, for the sentence. */
  readonly words?: string;
}
