/**
 * Every domain's jobs, one line each, merged into one receiver per task, sweep and outbox event. It does not compile if
 * no domain, or more than one, receives a task or event.
 */
import type { Jobs, OwnEvent, OwnTask, Receivers, Sweeps, Tasks } from '@/contracts/jobs';
import { budgetJobs } from '@/domains/base/budgets/jobs';
import { mediaJobs } from '@/domains/base/media/jobs';
import { notificationJobs } from '@/domains/base/notifications/jobs';
import { postJobs } from '@/domains/content/posts/jobs';
import { channelJobs } from '@/domains/live/channels/jobs';
import { roomJobs } from '@/domains/live/rooms/jobs';
import { streamJobs } from '@/domains/live/streams/jobs';
import { auditJobs } from '@/domains/money/audit/jobs';
import { earningJobs } from '@/domains/money/earnings/jobs';
import { payoutJobs } from '@/domains/money/payouts/jobs';
import { subscriptionJobs } from '@/domains/money/subscriptions/jobs';
import { analyticsJobs } from '@/domains/operations/analytics/jobs';
import { privacyJobs } from '@/domains/operations/privacy/jobs';
import { webhookJobs } from '@/domains/operations/webhooks/jobs';
import { authJobs } from '@/domains/people/auth/jobs';
import { creatorJobs } from '@/domains/people/creators/jobs';
import { guideJobs } from '@/domains/people/guides/jobs';

const DOMAINS = [
  webhookJobs,
  roomJobs,
  streamJobs,
  channelJobs,
  authJobs,
  creatorJobs,
  guideJobs,
  analyticsJobs,
  subscriptionJobs,
  payoutJobs,
  earningJobs,
  auditJobs,
  privacyJobs,
  postJobs,
  mediaJobs,
  notificationJobs,
  budgetJobs,
] as const;

type Domains = typeof DOMAINS;
type PartOf<Domain, Part extends keyof Jobs> = Domain extends Readonly<Record<Part, infer Named>> ? Named : never;

/** Of each member of a union, everything. */
type All<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer Together) => void
  ? Together
  : never;

type NamesOf<Domain, Part extends keyof Jobs> =
  Domain extends Readonly<Record<Part, infer Named>> ? keyof Named : never;

/** The names that two domains use. Gathers name by name, so that the list of domains may be long. */
type Repeated<Part extends keyof Jobs, Of = Domains, Seen = never, Twice = never> = Of extends readonly [
  infer First,
  ...infer Others,
]
  ? Repeated<Part, Others, Seen | NamesOf<First, Part>, Twice | Extract<Seen, NamesOf<First, Part>>>
  : Twice;

/** One part of all domains' jobs, merged. A name that two domains use does not compile. */
type Merged<Part extends keyof Jobs> = [Repeated<Part>] extends [never]
  ? All<PartOf<Domains[number], Part>>
  : Readonly<Record<Extract<Repeated<Part>, string>, 'two domains have this name'>>;

function merge<Part extends keyof Jobs>(part: Part): Merged<Part> {
  return Object.assign({}, ...DOMAINS.map((domain: Jobs) => domain[part]));
}

export const domainTasks: Omit<Tasks, OwnTask> = merge('tasks');
export const domainSweeps: Sweeps = merge('sweeps');
export const domainReceivers: Omit<Receivers, OwnEvent> = merge('outbox');
