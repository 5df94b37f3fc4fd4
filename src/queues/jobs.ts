/**
 * Every domain's jobs, one line each, merged into one receiver per task, sweep and outbox event. It does not compile if
 * no domain, or more than one, receives a task or event.
 */
import type { Jobs, OwnEvent, OwnTask, Receivers, Sweeps, Tasks } from '@/contracts/jobs';
import { budgetJobs } from '@/domains/base/budgets/jobs';
import { mediaJobs } from '@/domains/base/media/jobs';
import { notificationJobs } from '@/domains/base/notifications/jobs';
import { permissionJobs } from '@/domains/base/permissions/jobs';
import { postJobs } from '@/domains/content/posts/jobs';
import { channelJobs } from '@/domains/live/channels/jobs';
import { roomJobs } from '@/domains/live/rooms/jobs';
import { streamJobs } from '@/domains/live/streams/jobs';
import { auditJobs } from '@/domains/money/audit/jobs';
import { earningJobs } from '@/domains/money/earnings/jobs';
import { payoutJobs } from '@/domains/money/payouts/jobs';
import { subscriptionJobs } from '@/domains/money/subscriptions/jobs';
import { privacyJobs } from '@/domains/operations/privacy/jobs';
import { webhookJobs } from '@/domains/operations/webhooks/jobs';
import { authJobs } from '@/domains/people/auth/jobs';
import { creatorJobs } from '@/domains/people/creators/jobs';

const DOMAINS = [
  webhookJobs,
  roomJobs,
  streamJobs,
  channelJobs,
  authJobs,
  creatorJobs,
  subscriptionJobs,
  payoutJobs,
  earningJobs,
  auditJobs,
  privacyJobs,
  postJobs,
  mediaJobs,
  notificationJobs,
  budgetJobs,
  permissionJobs,
] as const;

type Domains = typeof DOMAINS;
type PartOf<Domain, Part extends keyof Jobs> = Domain extends Readonly<Record<Part, infer Named>> ? Named : unknown;

/** One part of all domains' jobs, merged. A name that two domains use becomes a string type, which does not compile. */
type Merged<Part extends keyof Jobs, Of = Domains> = Of extends readonly [infer First, ...infer Others]
  ? Joined<PartOf<First, Part>, Merged<Part, Others>>
  : unknown;
type Joined<One, Other> = Omit<One, keyof Other> &
  Omit<Other, keyof One> &
  Readonly<Record<keyof One & keyof Other, 'two domains have this name'>>;

function merge<Part extends keyof Jobs>(part: Part): Merged<Part> {
  return Object.assign({}, ...DOMAINS.map((domain: Jobs) => domain[part]));
}

export const domainTasks: Omit<Tasks, OwnTask> = merge('tasks');
export const domainSweeps: Sweeps = merge('sweeps');
export const domainReceivers: Omit<Receivers, OwnEvent> = merge('outbox');
