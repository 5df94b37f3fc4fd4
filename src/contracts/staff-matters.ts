/**
 * What can wait for staff, with the permission that decides about it and the notification that counts it. The list is
 * closed. Only data, so that any layer may import it.
 */
import type { Permission } from '@/shared/actor';

interface Matter {
  /** The kind of its notification. */
  readonly kind: WaitingKind;
  /** Each of these staff has one row for the group, which counts what waits. */
  readonly group: string;
  readonly permission: Permission;
  /** The number follows it. */
  readonly title: string;
  readonly body: string;
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
    title: 'Reports that wait for you',
    body: 'Look at the evidence and decide.',
    idName: 'reportId',
    actsOnSubject: true,
  },
  appeal: {
    kind: 'appeal-waiting',
    group: 'waiting:appeal',
    permission: 'canBanUsers',
    title: 'Appeals that wait for you',
    body: 'Someone disagrees with a decision about them.',
    idName: 'appealId',
    actsOnSubject: true,
  },
  ticket: {
    kind: 'ticket-waiting',
    group: 'waiting:ticket',
    permission: 'canManageTickets',
    title: 'Tickets that wait for you',
    body: 'Someone asks support for help.',
    idName: 'ticketId',
    actsOnSubject: false,
  },
  chat: {
    kind: 'chat-waiting',
    group: 'waiting:chat',
    permission: 'canManageTickets',
    title: 'Support chats that wait for an answer',
    body: 'A user wrote to support. Open the chat and answer.',
    idName: 'messageId',
    actsOnSubject: false,
  },
  'creator-application': {
    kind: 'application-waiting',
    group: 'waiting:creator-application',
    permission: 'canApproveCreators',
    title: 'Creator applications that wait for you',
    body: 'Someone wants to become a creator.',
    idName: 'applicationId',
    actsOnSubject: true,
  },
  'guide-application': {
    kind: 'application-waiting',
    group: 'waiting:guide-application',
    permission: 'canApproveGuides',
    title: 'Guide applications that wait for you',
    body: 'Someone wants to become a guide.',
    idName: 'applicationId',
    actsOnSubject: true,
  },
  payout: {
    kind: 'payout-waiting',
    group: 'waiting:payout',
    permission: 'canApproveCashout',
    title: 'Cash-outs that wait for you',
    body: 'A creator asked for a cash-out.',
    idName: 'payoutId',
    actsOnSubject: true,
  },
  'payout-details': {
    kind: 'payout-waiting',
    group: 'waiting:payout-details',
    permission: 'canApproveCashout',
    title: 'Bank details that wait for you',
    body: 'A creator asked to be paid to another bank account.',
    idName: 'payoutDetailsId',
    actsOnSubject: true,
  },
  product: {
    kind: 'product-waiting',
    group: 'waiting:product',
    permission: 'canManageCatalogue',
    title: 'Products that wait for you',
    body: 'A seller wants to put a product on sale.',
    idName: 'productId',
    actsOnSubject: false,
  },
  'order-problem': {
    kind: 'product-waiting',
    group: 'waiting:order-problem',
    permission: 'canRefund',
    title: 'Problems with orders that wait for you',
    body: 'A buyer and a seller do not agree.',
    idName: 'orderId',
    actsOnSubject: false,
  },
  'order-refund': {
    kind: 'product-waiting',
    group: 'waiting:order-refund',
    permission: 'canRefund',
    title: 'Refunds of cancelled orders that failed',
    body: 'A buyer still waits for the money of a cancelled order. Refund it again.',
    idName: 'orderId',
    actsOnSubject: false,
  },
  'held-event': {
    kind: 'webhook-waiting',
    group: 'webhook-events',
    permission: 'canReplayWebhooks',
    title: 'Events of providers that wait for you',
    body: 'They could not be applied as they are. Look at them and decide.',
    idName: 'webhookEventId',
    actsOnSubject: false,
  },
  health: {
    kind: 'health',
    group: 'waiting:health',
    permission: 'canReplayWebhooks',
    title: 'Parts of the platform that need you',
    body: 'Read GET /health/detailed.',
    idName: 'part',
    actsOnSubject: false,
  },
} as const satisfies Readonly<Record<string, Matter>>;
export type StaffMatter = keyof typeof STAFF_MATTERS;

/** A thing that waits for staff. */
export interface Waiting {
  readonly matter: StaffMatter;
  /** The thing's id. A thing that waits already is not announced again. */
  readonly id: string;
  /** The user whom it concerns. They are never notified, and a country admin only of users in their country. */
  readonly subjectId?: string;
  /** Replaces the matter's sentence. */
  readonly body?: string;
}
