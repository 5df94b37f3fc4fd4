/**
 * Deletes accounts whose grace period is over, and accounts that were not verified in time. One batch first removes the
 * name and every way to sign in. Then its other data is deleted, a few rows at a time. Every step may be repeated or
 * interrupted: the next minute's run finds what is left.
 */
import { asc, lte, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { commit, requireChange } from '@/db/commit';
import { literal } from '@/db/sql';
import { forgetBudgets } from '@/domains/base/budgets/spend';
import { blankDecisions } from '@/domains/base/decisions/record';
import { forgetFiles } from '@/domains/base/media/forget';
import { forgetClears } from '@/domains/base/media/variants';
import {
  forgetBrowsers,
  forgetMentions,
  forgetNotifications,
  forgetReceived,
} from '@/domains/base/notifications/forget';
import { blankStaffLog, forgetRank } from '@/domains/base/permissions/forget';
import { forgetSettings } from '@/domains/base/settings/forget';
import { eraseUser, finishDeletion, putOffDeletion } from '@/domains/base/users/forget';
import { forgetFormerNames } from '@/domains/base/users/former-names';
import { forgetRemovedProfile } from '@/domains/base/users/removed-profile';
import { users } from '@/domains/base/users/tables';
import { verificationIsOverdue } from '@/domains/base/users/unverified';
import { forgetKeptPosts } from '@/domains/content/posts/clear-kept';
import { forgetComments, forgetLikes, forgetPosts } from '@/domains/content/posts/forget';
import { forgetChannel } from '@/domains/live/channels/forget';
import { forgetEmotes } from '@/domains/live/emotes/forget';
import {
  forgetInRooms,
  forgetLastRooms,
  forgetPolls,
  forgetRoomBans,
  forgetWatched,
} from '@/domains/live/rooms/forget';
import { forgetListening } from '@/domains/live/rooms/listeners';
import { lastRooms } from '@/domains/live/rooms/tables';
import { forgetWriting } from '@/domains/live/rooms/traces';
import { blankStreams, callOffScheduled } from '@/domains/live/streams/forget';
import { forgetSetLists, forgetTracks } from '@/domains/live/tracks/forget';
import { forgetUnbanRequests } from '@/domains/live/unban-requests/forget';
import { closeRoomsOf, forgetUserRooms } from '@/domains/live/user-rooms/forget';
import { blankGiftMessages } from '@/domains/money/gifts/forget';
import { forgetInOrders } from '@/domains/money/orders/forget';
import { forgetPayoutAccounts } from '@/domains/money/payouts/forget';
import { forgetProducts } from '@/domains/money/products/forget';
import { forgetWaits } from '@/domains/money/products/wait';
import { endSubscriptions } from '@/domains/money/subscriptions/forget';
import { forgetActiveDays } from '@/domains/operations/analytics/forget';
import { forgetAppeals } from '@/domains/operations/appeals/forget';
import { forgetNotes } from '@/domains/operations/bans/notes';
import { forgetFaqVotes } from '@/domains/operations/faqs/vote';
import { forgetFeedback } from '@/domains/operations/platform/forget';
import { blankReports, namelessEvidence } from '@/domains/operations/reports/forget';
import { forgetSupportChat, unassignSupportChats } from '@/domains/operations/support-chat/forget';
import { blankTickets, closeTicketsOf, forgetAttachments, forgetViews } from '@/domains/operations/tickets/forget';
import { keepAddressOut } from '@/domains/people/auth/banned-addresses';
import { listFormerAddresses } from '@/domains/people/auth/email-changes';
import { forgetCredentials } from '@/domains/people/auth/forget';
import { forgetCreator } from '@/domains/people/creators/forget';
import { forgetDjProfile, forgetDjRatings } from '@/domains/people/djs/forget';
import { forgetGuide } from '@/domains/people/guides/forget';
import { forgetPrivacy } from '@/domains/people/performers/forget';
import { forgetFollowsAndBlocks } from '@/domains/people/social/forget';
import { AppError } from '@/http/errors';
import { DAY_MS, HOUR_MS } from '@/shared/time';
import { privacyError } from './errors';
import { dropExport, findExport } from './export-rows';
import { noOpenMatter } from './open-matters';

const ACCOUNTS_A_RUN = 2;
/** A step takes some 50 statements; that of files takes 100. */
const STEPS_A_RUN = 3;
const ROWS_A_STEP = 200;
const LIMIT = sql`LIMIT ${literal(ROWS_A_STEP)}`;
/**
 * The delay if something was opened meanwhile, such as a dispute, or if an account that was never verified has money.
 */
const OPEN_MATTER_MS = DAY_MS;
/** The delay after a failure of ours, so that one account does not block the others. */
const FAULT_MS = HOUR_MS;

interface Due {
  readonly id: string;
  readonly emailKey: string;
  readonly status: 'active' | 'banned' | 'deleted';
}

/** Safe to run twice at once. @returns whether there is more to do */
export async function eraseAccounts(ctx: Context): Promise<boolean> {
  const due = await listDue(ctx);
  let steps = STEPS_A_RUN;
  for (const account of due) {
    if (steps <= 0) return true;
    try {
      if (account.status !== 'deleted') await eraseAccount(ctx, account);
      steps = await clearAway(ctx, account.id, steps);
    } catch (error) {
      const isOpen = error instanceof AppError && error.code === 'ACCOUNT_HAS_OPEN_MATTERS';
      if (!isOpen) ctx.log.fault(`deletion of ${account.id}`, error);
      await putOffDeletion(ctx, account, ctx.now() + (isOpen ? OPEN_MATTER_MS : FAULT_MS));
    }
  }
  return steps <= 0 || due.length === ACCOUNTS_A_RUN;
}

/** Puts requested deletions first, so that they never wait behind unverified accounts. */
async function listDue(ctx: Context): Promise<Due[]> {
  const now = ctx.now();
  const dueBy = (column: typeof users.deletesAt | typeof users.unverifiedUntil, condition: SQL | undefined) =>
    ctx.db
      .select({ id: users.id, emailKey: users.emailKey, status: users.status })
      .from(users)
      .where(condition)
      .orderBy(asc(column))
      .limit(ACCOUNTS_A_RUN);
  const [asked, overdue] = await ctx.db.batch([
    dueBy(users.deletesAt, lte(users.deletesAt, now)),
    dueBy(users.unverifiedUntil, verificationIsOverdue(now)),
  ]);
  const ids = new Set(asked.map(({ id }) => id));
  return [...asked, ...overdue.filter(({ id }) => !ids.has(id))].slice(0, ACCOUNTS_A_RUN);
}

/** Throws ACCOUNT_HAS_OPEN_MATTERS, also if someone signed in or verified the address meanwhile. */
async function eraseAccount(ctx: Context, { id, emailKey }: Due): Promise<void> {
  const [rooms, channel, lastExport, formerKeys] = await Promise.all([
    ctx.db.select({ roomId: lastRooms.roomId }).from(lastRooms).where(sql`${lastRooms.userId} = ${id}`),
    forgetChannel(ctx, id),
    findExport(ctx, id),
    listFormerAddresses(ctx, id),
  ]);
  const dropped = lastExport && dropExport(ctx, lastExport);
  // Makes each room reload the user and close their sockets. Read first, since this list is deleted too.
  const command = { type: 'standing-changed', userId: id, sessionsEnded: true } as const;
  const leaves = rooms.map(({ roomId }): OutboxEvent => ({ kind: 'room', roomId, command }));
  await commit(
    ctx,
    [
      ...[emailKey, ...formerKeys].map((key) => keepAddressOut(ctx, { id, emailKey: key })),
      eraseUser(ctx, id, noOpenMatter(id)),
      requireChange(ctx),
      ...forgetCredentials(ctx, { id, emailKey }),
      forgetBrowsers(ctx, id),
      forgetRank(ctx, id),
      forgetSettings(ctx, id),
      forgetPrivacy(ctx, id),
      forgetDjProfile(ctx, id),
      ...forgetCreator(ctx, id),
      ...forgetGuide(ctx, id),
      forgetActiveDays(ctx, id),
      ...forgetPayoutAccounts(ctx, id),
      forgetWatched(ctx, id),
      forgetRemovedProfile(ctx, id),
      forgetFormerNames(ctx, id),
      forgetBudgets(ctx, id),
      forgetClears(ctx, id),
      forgetViews(ctx, id),
      closeTicketsOf(ctx, id),
      unassignSupportChats(ctx, id),
      ...channel.statements,
      ...(dropped?.statements ?? []),
    ],
    {
      events: [...leaves, ...channel.events, ...(dropped ? [dropped.event] : [])],
      refusals: { DEMAND_NOT_MET: () => privacyError('ACCOUNT_HAS_OPEN_MATTERS') },
    },
  );
  ctx.log.event('account.erased', { userId: id });
}

type ErasureStep = (ctx: Context, userId: string) => Promise<number>;

/**
 * Runs in this order, each until it returns 0. Posts, attachments, products and emotes come before files, since they refer to
 * them. Steps that scan rows which are already done come last, so that they run seldom.
 */
const STEPS: readonly ErasureStep[] = [
  forgetPosts,
  forgetKeptPosts,
  forgetComments,
  byStatements(forgetLikes),
  byStatements(forgetFollowsAndBlocks),
  byStatements((ctx, userId, limit) => [
    ...forgetDjRatings(ctx, userId, limit),
    forgetListening(ctx, userId, limit),
    forgetWriting(ctx, userId, limit),
  ]),
  callOffScheduled,
  closeRoomsOf,
  byStatements(forgetUserRooms),
  byStatements((ctx, userId, limit) => [...forgetRoomBans(ctx, userId, limit), forgetPolls(ctx, userId, limit)]),
  byStatements(forgetUnbanRequests),
  forgetInRooms,
  byStatements(forgetReceived),
  byStatements((ctx, userId, limit) => [forgetFaqVotes(ctx, userId, limit), ...forgetSupportChat(ctx, userId, limit)]),
  byStatements((ctx, userId, limit) => [
    blankStreams(ctx, userId, limit),
    blankStaffLog(ctx, userId, limit),
    blankDecisions(ctx, userId, limit),
    ...forgetAppeals(ctx, userId, limit),
    blankReports(ctx, userId, limit),
    namelessEvidence(ctx, userId, limit),
    forgetNotes(ctx, userId, limit),
    ...forgetMentions(ctx, userId, limit),
  ]),
  byStatements(forgetFeedback),
  forgetAttachments,
  byStatements(blankTickets),
  byStatements((ctx, userId, limit) => [forgetSetLists(ctx, userId, limit)]),
  forgetTracks,
  forgetWaits,
  forgetProducts,
  forgetEmotes,
  forgetFiles,
  byStatements(endSubscriptions),
  byStatements(forgetInOrders),
  byStatements((ctx, userId) => [blankGiftMessages(ctx, userId)]),
];

/** Returns how many steps are left for other accounts in this run. */
async function clearAway(ctx: Context, userId: string, steps: number): Promise<number> {
  let left = steps;
  // A step that finds nothing is cheap and does not count, so that a run can reach the last step.
  for (const step of STEPS)
    while ((await step(ctx, userId)) > 0) {
      left -= 1;
      if (left === 0) return 0;
    }
  // At the end, since the steps before may have sent the user notifications.
  await commit(ctx, [...forgetNotifications(ctx, userId), forgetLastRooms(ctx, userId), finishDeletion(ctx, userId)]);
  ctx.log.event('account.cleared', { userId });
  return left;
}

function byStatements(build: (ctx: Context, userId: string, limit: SQL) => Statement[]): ErasureStep {
  return async (ctx, userId) => {
    const results = (await commit(ctx, build(ctx, userId, LIMIT))) as D1Result[]; // statements that return no rows
    return results.reduce((sum, { meta }) => sum + meta.changes, 0);
  };
}
