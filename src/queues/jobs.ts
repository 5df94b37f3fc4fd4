/**
 * Every domain's jobs, one line each, merged into one receiver per task, sweep and outbox event. It does not compile if
 * no domain, or more than one, receives a task or event.
 */
import type { Jobs, OwnEvent, OwnTask, Receivers, Sweeps, Tasks } from '@/contracts/jobs';
import { budgetJobs } from '@/domains/base/budgets/jobs';
import { maintenanceJobs } from '@/domains/base/maintenance/jobs';
import { mediaJobs } from '@/domains/base/media/jobs';
import { notificationJobs } from '@/domains/base/notifications/jobs';
import { permissionJobs } from '@/domains/base/permissions/jobs';
import { postJobs } from '@/domains/content/posts/jobs';
import { channelJobs } from '@/domains/live/channels/jobs';
import { emoteJobs } from '@/domains/live/emotes/jobs';
import { roomJobs } from '@/domains/live/rooms/jobs';
import { streamJobs } from '@/domains/live/streams/jobs';
import { trackJobs } from '@/domains/live/tracks/jobs';
import { unbanRequestJobs } from '@/domains/live/unban-requests/jobs';
import { userRoomJobs } from '@/domains/live/user-rooms/jobs';
import { auditJobs } from '@/domains/money/audit/jobs';
import { earningJobs } from '@/domains/money/earnings/jobs';
import { orderJobs } from '@/domains/money/orders/jobs';
import { payoutJobs } from '@/domains/money/payouts/jobs';
import { productJobs } from '@/domains/money/products/jobs';
import { showcaseJobs } from '@/domains/money/showcase/jobs';
import { subscriptionJobs } from '@/domains/money/subscriptions/jobs';
import { analyticsJobs } from '@/domains/operations/analytics/jobs';
import { appealJobs } from '@/domains/operations/appeals/jobs';
import { banJobs } from '@/domains/operations/bans/jobs';
import { platformJobs } from '@/domains/operations/platform/jobs';
import { privacyJobs } from '@/domains/operations/privacy/jobs';
import { reportJobs } from '@/domains/operations/reports/jobs';
import { supportChatJobs } from '@/domains/operations/support-chat/jobs';
import { ticketJobs } from '@/domains/operations/tickets/jobs';
import { webhookJobs } from '@/domains/operations/webhooks/jobs';
import { authJobs } from '@/domains/people/auth/jobs';
import { creatorJobs } from '@/domains/people/creators/jobs';
import { guideJobs } from '@/domains/people/guides/jobs';
import { performerJobs } from '@/domains/people/performers/jobs';

const DOMAINS = [
  webhookJobs,
  roomJobs,
  streamJobs,
  channelJobs,
  emoteJobs,
  trackJobs,
  authJobs,
  creatorJobs,
  guideJobs,
  performerJobs,
  analyticsJobs,
  subscriptionJobs,
  payoutJobs,
  orderJobs,
  productJobs,
  showcaseJobs,
  earningJobs,
  auditJobs,
  banJobs,
  privacyJobs,
  reportJobs,
  supportChatJobs,
  postJobs,
  mediaJobs,
  notificationJobs,
  budgetJobs,
  appealJobs,
  maintenanceJobs,
  platformJobs,
  ticketJobs,
  permissionJobs,
  userRoomJobs,
  unbanRequestJobs,
] as const;

type Domains = typeof DOMAINS;
type PartOf<Domain, Part extends keyof Jobs> = Domain extends Readonly<Record<Part, infer Named>> ? Named : unknown;

type Index = Exclude<keyof Domains, keyof (readonly unknown[])>;
type NamesIn<Part extends keyof Jobs> = { [I in Index]: keyof PartOf<Domains[I], Part> }[Index];
type OwnersOf<Part extends keyof Jobs, Name> = {
  [I in Index]: Name extends keyof PartOf<Domains[I], Part> ? I : never;
}[Index];
type IsOne<Owners, Each = Owners> = Each extends unknown ? ([Owners] extends [Each] ? true : false) : never;
type JobOf<Part extends keyof Jobs, Name extends PropertyKey, Owner extends Index> =
  PartOf<Domains[Owner], Part> extends Readonly<Record<Name, infer Job>> ? Job : never;

/**
 * One part of all domains' jobs, merged. A name that two domains use becomes a string type, which does not compile. Flat,
 * because a recursive type would soon be too deep for so many domains.
 */
type Merged<Part extends keyof Jobs> = {
  readonly [Name in NamesIn<Part>]: IsOne<OwnersOf<Part, Name>> extends true
    ? JobOf<Part, Name, OwnersOf<Part, Name>>
    : 'two domains have this name';
};

function merge<Part extends keyof Jobs>(part: Part): Merged<Part> {
  return Object.assign({}, ...DOMAINS.map((domain: Jobs) => domain[part]));
}

export const domainTasks: Omit<Tasks, OwnTask> = merge('tasks');
export const domainSweeps: Sweeps = merge('sweeps');
export const domainReceivers: Omit<Receivers, OwnEvent> = merge('outbox');
