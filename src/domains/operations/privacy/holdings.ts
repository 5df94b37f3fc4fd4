/**
 * Every table with data about users: the name the export gives it, or why it is left out. A test reads the migrated
 * schema and fails if a column refers to users and is in neither list.
 */

import { eq, isNull, ne, sql } from 'drizzle-orm';
import { literal } from '@/db/sql';
import { decisions } from '@/domains/base/decisions/tables';
import { mediaFiles, mediaUploads } from '@/domains/base/media/tables';
import { isByNobodyBanned, isSoOfSomebody } from '@/domains/base/notifications/present';
import {
  announcements,
  broadcastReads,
  broadcasts,
  notificationMarks,
  notifications,
  pushSubscriptions,
} from '@/domains/base/notifications/tables';
import { staff } from '@/domains/base/permissions/tables';
import { userSettings } from '@/domains/base/settings/tables';
import { removedProfiles, usernameChanges, users } from '@/domains/base/users/tables';
import { commentLikes, comments, postLikes, postMedia, posts } from '@/domains/content/posts/tables';
import { channelBans, channels, moderators } from '@/domains/live/channels/tables';
import { lastRooms, watchedCategories } from '@/domains/live/rooms/tables';
import { streams } from '@/domains/live/streams/tables';
import { appeals } from '@/domains/operations/appeals/tables';
import { faqVotes } from '@/domains/operations/faqs/tables';
import { feedback } from '@/domains/operations/platform/tables';
import { reportVoices } from '@/domains/operations/reports/tables';
import { supportMessages, supportThreads } from '@/domains/operations/support-chat/tables';
import { ticketAttachments, ticketReplies, tickets } from '@/domains/operations/tickets/tables';
import { accounts, authSessions, emailChanges } from '@/domains/people/auth/tables';
import { creatorApplications, creatorProfiles } from '@/domains/people/creators/tables';
import { blockedRegions, blocks, follows, formerFollows } from '@/domains/people/social/tables';
import { type Holding, mine } from './holding';
import { MONEY_HOLDINGS } from './money-holdings';
import { ROOM_HOLDINGS, ROOM_LEFT_OUT } from './room-holdings';
import { STAGE_HOLDINGS, STAGE_LEFT_OUT } from './stage-holdings';
import { accountExports } from './tables';

export const HOLDINGS: readonly [Holding, ...Holding[]] = [
  {
    as: 'profile',
    table: users,
    tie: users.id,
    order: [users.id],
    without: ['emailKey', 'totpSecret', 'totpLastStep'],
  },
  {
    as: 'usernameChanges',
    table: usernameChanges,
    tie: usernameChanges.userId,
    order: [usernameChanges.changedAt, usernameChanges.id],
  },
  {
    as: 'emailChanges',
    table: emailChanges,
    tie: emailChanges.userId,
    order: [emailChanges.requestedAt, emailChanges.id],
    without: ['emailKey', 'codeHash'],
  },
  { as: 'settings', table: userSettings, tie: userSettings.userId, order: [userSettings.userId] },
  { as: 'staff', table: staff, tie: staff.userId, order: [staff.userId] },
  { as: 'signInWays', table: accounts, tie: accounts.userId, order: [accounts.provider], without: ['secretHash'] },
  {
    as: 'sessions',
    table: authSessions,
    tie: authSessions.userId,
    order: [authSessions.createdAt, authSessions.id],
    without: ['tokenHash', 'refreshId', 'refreshPreviousId', 'addressHash'],
  },
  {
    as: 'creatorApplication',
    table: creatorApplications,
    tie: creatorApplications.userId,
    order: [creatorApplications.id],
    without: ['financial', 'decidedBy'],
  },
  { as: 'creatorProfile', table: creatorProfiles, tie: creatorProfiles.userId, order: [creatorProfiles.userId] },
  { as: 'files', table: mediaFiles, tie: mediaFiles.ownerId, order: [mediaFiles.createdAt, mediaFiles.key] },
  {
    as: 'uploads',
    table: mediaUploads,
    tie: mediaUploads.ownerId,
    order: [mediaUploads.expiresAt, mediaUploads.id],
    without: ['uploadId'],
  },
  {
    as: 'exports',
    table: accountExports,
    tie: accountExports.userId,
    order: [accountExports.userId],
    without: ['uploadId', 'place', 'parts', 'step', 'heldUntil'],
  },
  { as: 'channel', table: channels, tie: channels.creatorId, order: [channels.id], without: ['streamKey'] },
  {
    as: 'channelModerators',
    table: moderators,
    tie: moderators.channelId,
    things: mine(channels.creatorId),
    order: [moderators.channelId, moderators.userId],
  },
  {
    as: 'channelBans',
    table: channelBans,
    tie: channelBans.channelId,
    things: mine(channels.creatorId),
    order: [channelBans.channelId, channelBans.userId],
  },
  { as: 'moderatorOf', table: moderators, tie: moderators.userId, order: [moderators.channelId] },
  {
    as: 'bannedFrom',
    table: channelBans,
    tie: channelBans.userId,
    order: [channelBans.channelId],
    without: ['bannedBy'],
  },
  { as: 'streams', table: streams, tie: streams.creatorId, order: [streams.id] },
  {
    as: 'watchedCategories',
    table: watchedCategories,
    tie: watchedCategories.userId,
    order: [watchedCategories.category],
  },
  { as: 'lastRooms', table: lastRooms, tie: lastRooms.userId, order: [lastRooms.roomId] },
  { as: 'following', table: follows, tie: follows.followerId, order: [follows.createdAt, follows.creatorId] },
  { as: 'followers', table: follows, tie: follows.creatorId, order: [follows.createdAt, follows.followerId] },
  { as: 'formerFollows', table: formerFollows, tie: formerFollows.followerId, order: [formerFollows.creatorId] },
  { as: 'blocked', table: blocks, tie: blocks.blockerId, order: [blocks.blockedId] },
  { as: 'blockedRegions', table: blockedRegions, tie: blockedRegions.creatorId, order: [blockedRegions.region] },
  // A removed post no longer has a text; it only waits to be deleted.
  { as: 'posts', table: posts, tie: posts.authorId, order: [posts.id], only: isNull(posts.removedAt) },
  {
    as: 'postMedia',
    table: postMedia,
    tie: postMedia.postId,
    things: (userId) => sql`(SELECT id FROM ${posts} WHERE author_id = ${userId} AND removed_at IS NULL)`,
    order: [postMedia.postId, postMedia.position],
  },
  {
    as: 'comments',
    table: comments,
    tie: comments.authorId,
    order: [comments.id],
    only: ne(comments.text, literal('')),
  },
  { as: 'likedPosts', table: postLikes, tie: postLikes.userId, order: [postLikes.postId] },
  { as: 'likedComments', table: commentLikes, tie: commentLikes.userId, order: [commentLikes.commentId] },
  {
    as: 'notifications',
    table: notifications,
    tie: notifications.userId,
    order: [notifications.inApp, notifications.createdAt, notifications.id],
    only: sql`${isSoOfSomebody} AND ${isByNobodyBanned}`,
    without: ['groupKey', 'wokenBy', 'about', 'inApp', 'textMade'],
  },
  {
    as: 'notificationsRead',
    table: notificationMarks,
    tie: notificationMarks.userId,
    order: [notificationMarks.userId],
  },
  { as: 'broadcasts', table: broadcasts, tie: broadcasts.creatorId, order: [broadcasts.createdAt, broadcasts.id] },
  { as: 'announcements', table: announcements, tie: announcements.creatorId, order: [announcements.audience] },
  { as: 'broadcastsRead', table: broadcastReads, tie: broadcastReads.userId, order: [broadcastReads.broadcastId] },
  {
    as: 'pushSubscriptions',
    table: pushSubscriptions,
    tie: pushSubscriptions.userId,
    order: [pushSubscriptions.createdAt, pushSubscriptions.id],
    without: ['p256dh', 'auth'],
  },
  {
    as: 'decisions',
    table: decisions,
    tie: decisions.subjectId,
    order: [decisions.id],
    without: ['staffId', 'reversedBy', 'reportId'],
  },
  {
    as: 'appeals',
    table: appeals,
    tie: appeals.subjectId,
    order: [appeals.id],
    without: ['decidedBy'],
  },
  { as: 'removedProfiles', table: removedProfiles, tie: removedProfiles.userId, order: [removedProfiles.decisionId] },
  {
    as: 'reports',
    table: reportVoices,
    tie: reportVoices.reporterId,
    order: [reportVoices.createdAt, reportVoices.reportId],
    without: ['base', 'weight', 'urgency'],
  },
  {
    as: 'feedback',
    table: feedback,
    tie: feedback.userId,
    order: [feedback.createdAt, feedback.id],
    without: ['digest'],
  },
  {
    as: 'tickets',
    table: tickets,
    tie: tickets.userId,
    order: [tickets.id],
    without: ['assigneeId', 'respondBy', 'resolveBy', 'dueAt'],
  },
  {
    as: 'ticketReplies',
    table: ticketReplies,
    tie: ticketReplies.ticketId,
    things: mine(tickets.userId),
    order: [ticketReplies.ticketId, ticketReplies.id],
    only: eq(ticketReplies.internal, sql`0`),
    without: ['authorId', 'internal'],
  },
  {
    as: 'ticketAttachments',
    table: ticketAttachments,
    tie: ticketAttachments.ticketId,
    things: mine(tickets.userId),
    order: [ticketAttachments.ticketId, ticketAttachments.id],
    only: sql`(${ticketAttachments.replyId} IS NULL OR EXISTS (
      SELECT 1 FROM ${ticketReplies} WHERE id = ${ticketAttachments.replyId} AND internal = 0))`,
    without: ['uploaderId'],
  },
  { as: 'faqVotes', table: faqVotes, tie: faqVotes.userId, order: [faqVotes.faqId] },
  {
    as: 'supportChat',
    table: supportThreads,
    tie: supportThreads.userId,
    order: [supportThreads.userId],
    without: ['assigneeId', 'waitingId'],
  },
  {
    as: 'supportMessages',
    table: supportMessages,
    tie: supportMessages.threadId,
    things: mine(supportThreads.userId),
    order: [supportMessages.threadId, supportMessages.number],
    without: ['authorId', 'clientId'],
  },
  ...STAGE_HOLDINGS,
  ...ROOM_HOLDINGS,
  ...MONEY_HOLDINGS,
];

/** By `table.column`: why the export does not include it. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  'support_threads.assignee_id': 'the member of staff who answered first',
  'support_messages.author_id': 'exported through the chat; what staff wrote to others is those users’ data',
  'backup_codes.user_id': 'hashes of secrets',
  'sign_in_challenges.user_id': 'sign-ins that wait for their second factor; gone within minutes',
  'staff_log.staff_id': 'the platform’s record of its staff, not of the user',
  'staff_log.subject_id':
    'the platform’s record of its staff: what they removed or said about a user, until the account is deleted',
  'staff_notes.user_id': 'what staff note for their own work',
  'staff_notes.staff_id': 'notes on others',
  'decisions.staff_id': 'the member of staff who decided',
  'appeals.decided_by': 'the member of staff who answered the appeal',
  'staff_digests.user_id': 'when the user was last mailed what waits for staff',
  'decisions.reversed_by': 'the member of staff who reversed it',
  'reports.subject_id': 'what others reported: it names them, and the user hears the decision',
  'reports.assignee_id': 'the member of staff who reviews it',
  'reports.resolved_by': 'the member of staff who decided',
  'creator_applications.decided_by': 'who decided on someone else’s application',
  'active_days.user_id': 'the days of the last week on which the user was here: the sessions tell it',
  'guide_applications.decided_by': 'who decided on someone else’s application',
  'creator_categories.user_id': 'a copy of the categories in creatorProfile, kept by triggers',
  'channel_bans.banned_by': 'bans the user set in other channels: those channels’ data',
  'video_denials.viewer_id': 'removals from a video room by its creator; gone after a quarter of an hour',
  'blocks.blocked_id': 'users must not learn who blocks them',
  'room_traces.user_id': 'which rooms have messages by the user: the messages are in chatMessages',
  'former_follows.creator_id': 'who unfollowed the user: data about others',
  'notification_actors.actor_id': 'notifications to others about the user’s likes, which are exported themselves',
  'notification_actors.user_id': 'the users behind grouped notifications: counted and named in notifications',
  'told_outside.user_id':
    'what was mailed or pushed within the last hour, to limit it: the events are in notifications',
  'tickets.respond_by': 'a time: when the first response is due',
  'tickets.resolve_by': 'a time: when the resolution is due',
  'tickets.assignee_id': 'the member of staff who has the ticket',
  'ticket_replies.author_id':
    'replies to the user’s tickets are in ticketReplies; a reply of staff belongs to its ticket',
  'ticket_attachments.uploader_id': 'a file of the user is in files; one of staff belongs to its ticket',
  'ticket_viewers.staff_id': 'which ticket staff had open within the last minutes',
  'canned_answers.changed_by': 'the member of staff who wrote a ready-made answer',
  'daily_budgets.user_id': 'use of the daily limits: gone once the day is over',
  'discount_redemptions.user_id': 'exported through the purchases they belong to',
  'discount_codes.created_by': 'the member of staff who created a code',
  'subscription_resumptions.subscriber_id': 'keys that only detect repeated requests',
  'subscription_charges.subscriber_id': 'exported through the subscriptions',
  'subscription_charges.creator_id': 'what others paid: the creator’s share is in earningDays and in transfers',
  'webhook_events.decided_by': 'the member of staff who decided',
  'payouts.decided_by': 'the member of staff who decided',
  'payout_details.decided_by': 'the member of staff who decided',
  'order_refunds.requested_by': 'exported through the orders they belong to, which say whether buyer or seller asked',
  'order_problems.resolved_by': 'the member of staff who decided, or the seller who refunded the order',
  'economy_versions.changed_by': 'the member of staff who changed the economy',
  'ledger_proofs.started_by': 'the member of staff who started a proof',
  'media_variants.owner_id': 'smaller copies of the user’s own images, which are in files',
  'cache_clears.user_id': 'how often the user cleared the cache today',
  ...STAGE_LEFT_OUT,
  ...ROOM_LEFT_OUT,
  'ledger_accounts.owner': 'exported as ledgerAccounts and transfers, read by the ledger itself',
};
