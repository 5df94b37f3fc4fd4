/**
 * Changes a performer's privacy in one batch, so the stored regions are always either the old or the new list, and the
 * names that everyone sees follow `anonymousMode`. Only fields that differ are written, and only they send events.
 */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import type { OutboxEvent } from '@/contracts/messages';
import { commit, NOTHING, type Plan, requireThat } from '@/db/commit';
import { differs } from '@/db/differs';
import { enterStage, hasStageNames, leaveStage } from '@/domains/base/users/stage';
import { requireActive } from '@/domains/people/auth/active';
import { BANNED_MEANWHILE } from '@/domains/people/auth/errors';
import { setBlockedRegions, setUnknownCountry } from '@/domains/people/social/regions';
import { isCountry } from '@/shared/countries';
import { performerError } from './errors';
import { renamed } from './follow-name';
import { hiddenMembersQuery, presentHidden } from './hidden-members';
import { type PrivacySettings, privacyOf, privacyQueries } from './privacy';
import type { PrivacyRequest } from './schemas';
import { namesQuery } from './stage-names';
import { performerPrivacy } from './tables';

interface Change {
  readonly userId: string;
  readonly before: PrivacySettings;
  readonly after: PrivacySettings;
  /** What everyone sees before the change. */
  readonly displayName: string;
}

/** Omitted fields keep their value. Throws CONFIRM_BLOCK, STAGE_NAMES_MISSING, ACCOUNT_BANNED. */
export async function changePrivacy(
  ctx: Context,
  userId: string,
  { confirm = false, ...wanted }: z.output<typeof PrivacyRequest>,
): Promise<PrivacySettings> {
  const [regions, chosen] = privacyQueries(ctx, userId);
  const [regionRows, chosenRows, [names], [hidden]] = await ctx.db.batch([
    regions,
    chosen,
    namesQuery(ctx, userId),
    hiddenMembersQuery(ctx, userId, confirm ? [] : (wanted.blockedCountries ?? [])),
  ]);
  const before = privacyOf(regionRows, chosenRows);
  const after = privacyAfter(before, wanted);
  const isOnStage = names?.accountUsername != null;
  if (hidden && hidden.followers + hidden.subscribers > 0)
    throw performerError('CONFIRM_BLOCK', { details: presentHidden(hidden) });
  const change = { userId, before, after, displayName: names?.displayName ?? '' };
  const plans = [planRegions(ctx, change), planChoices(ctx, change)];
  if (wanted.anonymousMode !== undefined) plans.push(planStage(ctx, change, isOnStage));
  const statements = plans.flatMap((plan) => plan.statements);
  if (statements.length === 0) return after;
  await commit(ctx, [requireActive(ctx, userId), ...statements], {
    events: plans.flatMap((plan) => plan.events),
    evenIfUnchanged: true,
    refusals: { DEMAND_NOT_MET: () => performerError('STAGE_NAMES_MISSING'), ...BANNED_MEANWHILE },
  });
  return after;
}

function privacyAfter(
  before: PrivacySettings,
  { blockedCountries, ...choices }: Omit<z.output<typeof PrivacyRequest>, 'confirm'>,
): PrivacySettings {
  const chosen = Object.fromEntries(Object.entries(choices).filter(([, value]) => value !== undefined));
  const regions = blockedCountries ? { blockedCountries: [...new Set(blockedCountries)].toSorted() } : {};
  return { ...before, ...chosen, ...regions };
}

/** Rooms must remove viewers from newly blocked regions, and subscribers there get their unused days back. */
function planRegions(ctx: Context, { userId, before, after }: Change): Plan {
  const { blockedCountries, unknownCountry } = after;
  const isOtherList = blockedCountries.join() !== before.blockedCountries.join();
  const isOtherRule = unknownCountry !== before.unknownCountry;
  if (!isOtherList && !isOtherRule) return NOTHING;
  const hidesMore = blockedCountries.some((region) => isCountry(region) && !before.blockedCountries.includes(region));
  const end: OutboxEvent = { kind: 'task', task: { type: 'end-hidden-subscriptions', creatorId: userId, after: null } };
  return {
    statements: [
      ...(isOtherList ? setBlockedRegions(ctx, userId, blockedCountries) : []),
      ...(isOtherRule ? [setUnknownCountry(ctx, userId, unknownCountry === 'deny')] : []),
    ],
    events: [{ kind: 'regions-changed', creatorId: userId }, ...(hidesMore ? [end] : [])],
  };
}

function planChoices(ctx: Context, { userId, before, after }: Change): Plan {
  const { allowRecording, showViewerList, anonymousMode } = after;
  const set = {
    ...(allowRecording === before.allowRecording ? {} : { allowRecording }),
    ...(showViewerList === before.showViewerList ? {} : { showViewerList }),
    ...(anonymousMode === before.anonymousMode ? {} : { anonymousMode }),
  };
  if (Object.keys(set).length === 0) return NOTHING;
  const changed = { ...set, updatedAt: ctx.now() };
  const put = ctx.db
    .insert(performerPrivacy)
    .values({ userId, ...changed })
    .onConflictDoUpdate({ target: performerPrivacy.userId, set: changed, setWhere: differs(performerPrivacy, set) });
  const isOtherList = showViewerList !== before.showViewerList;
  return { statements: [put], events: isOtherList ? [{ kind: 'viewer-list-changed', creatorId: userId }] : [] };
}

/** Anonymous mode from before there were stage names has none: it asks for them when it is turned on again. */
function planStage(ctx: Context, { userId, after, displayName }: Change, isOnStage: boolean): Plan {
  if (after.anonymousMode === isOnStage) return NOTHING;
  const swap = after.anonymousMode
    ? [requireThat(ctx, hasStageNames(userId)), enterStage(ctx, userId)]
    : [leaveStage(ctx, userId)];
  return { statements: swap, events: renamed(userId, displayName) };
}
