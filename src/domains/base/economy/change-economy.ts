/**
 * The owner changes the economy. Each change adds a new version of the whole configuration; the old ones stay, because
 * transactions made under them refer to them. If two changes run at the same time, only one succeeds.
 */

import type { z } from '@hono/zod-openapi';
import { desc, getTableColumns, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { EconomyConfig, GuideRules } from '@/contracts/economy';
import { commit, requireThat } from '@/db/commit';
import { logStaff } from '@/domains/base/permissions/log';
import { cardAmong, cardOf } from '@/domains/base/users/card-of';
import type { CardRow } from '@/domains/base/users/present';
import { refuseFields } from '@/http/validation';
import type { Actor } from '@/shared/actor';
import { toIso } from '@/shared/time';
import { economyError } from './errors';
import { contradictionsOf, problemsOfTargets } from './judge-economy';
import { rewardCode } from './loops';
import { offersAreUnchanged, readOffers, requireNoLoop } from './offers';
import { keepsAllByRoundTrip } from './rates';
import type { ConversionChanges, EconomyVersion, LimitChanges, TargetsRequest } from './schemas';
import { type EconomyVersionRow, economyVersions } from './tables';
import { inWireNames, limitsOf, moneyOf, presentLimits, withoutGaps } from './wire-limits';
import { everyOfferEarns, listWorthless } from './worth';

type Part = 'conversions' | 'limits' | 'targets';
type Answer = Promise<z.input<typeof EconomyVersion>>;
type Input = z.output<typeof ConversionChanges>;

const CHANGE_WITH_CURRENCY = ['minorPerDiamond', 'currencyRates', 'limits'] as const;

export async function readConfig(ctx: Context, actor: Actor): Answer {
  return presentVersion(await newestVersion(ctx, actor));
}

/**
 * Keeps fields that were not sent. Throws VALIDATION_FAILED, ECONOMY_CONTRADICTS, ECONOMY_GAINS, CURRENCY_RATE_MISSING,
 * COINS_TOO_CHEAP, GIFTS_WORTHLESS, ECONOMY_CHANGED.
 */
export async function changeConversions(ctx: Context, actor: Actor, input: Input): Answer {
  const [newest, offers] = await Promise.all([newestVersion(ctx, actor), readOffers(ctx)]);
  requireWholeCurrency(newest.config.conversions, input);
  const config = withConversions(newest.config, input);
  requireConsistent(config);
  const { diamondsPerCoin, coinsPerDiamond } = config.conversions;
  if (keepsAllByRoundTrip(diamondsPerCoin, coinsPerDiamond))
    throw economyError('ECONOMY_GAINS', { details: { diamondsPerCoin, coinsPerDiamond } });
  requireNoLoop(config.conversions, offers);
  const worthless = await listWorthless(ctx, diamondsPerCoin);
  if (worthless.length > 0) throw economyError('GIFTS_WORTHLESS', { details: worthless });
  return change(ctx, actor, newest, 'conversions', config, [
    requireThat(ctx, everyOfferEarns(diamondsPerCoin)),
    requireThat(ctx, offersAreUnchanged(offers)),
  ]);
}

/**
 * Keeps fields that were not sent. Throws ECONOMY_CONTRADICTS, CURRENCY_RATE_MISSING, COINS_TOO_CHEAP, ECONOMY_CHANGED.
 */
export async function changeLimits(ctx: Context, actor: Actor, input: z.output<typeof LimitChanges>): Answer {
  const [newest, offers] = await Promise.all([newestVersion(ctx, actor), readOffers(ctx)]);
  const limits = { ...newest.config.limits, ...limitsOf(input) };
  const sorted = {
    currencies: byCurrency(limits.currencies),
    shop: { ...limits.shop, currencies: byCurrency(limits.shop.currencies) },
  };
  const config = { ...newest.config, limits: { ...limits, ...sorted } };
  requireConsistent(config);
  const { rewardCodePercent } = config.limits;
  // Other limits change no price.
  if (rewardCodePercent === newest.config.limits.rewardCodePercent) return change(ctx, actor, newest, 'limits', config);
  requireNoLoop(config.conversions, { packages: offers.packages, codes: [rewardCode(rewardCodePercent)] });
  return change(ctx, actor, newest, 'limits', config, [requireThat(ctx, offersAreUnchanged(offers))]);
}

/** Replaces the whole list, and the rules for guides if they are sent. Throws VALIDATION_FAILED, ECONOMY_CHANGED. */
export async function changeTargets(ctx: Context, actor: Actor, input: z.output<typeof TargetsRequest>): Answer {
  const { targets } = input;
  const problems = problemsOfTargets(targets);
  if (problems.length > 0)
    throw refuseFields(problems.map(({ path, message }) => ({ path: ['targets', path], message })));
  const newest = await newestVersion(ctx, actor);
  const guides = input.guides ? sortedGuides(input.guides) : newest.config.guides;
  return change(ctx, actor, newest, 'targets', { ...newest.config, targets, guides });
}

/** Another payout currency changes what these amounts mean, so they change with it. Throws VALIDATION_FAILED. */
function requireWholeCurrency({ payoutCurrency }: EconomyConfig['conversions'], input: Input): void {
  if (input.payoutCurrency === undefined || input.payoutCurrency === payoutCurrency) return;
  const missing = CHANGE_WITH_CURRENCY.filter((field) => input[field] === undefined);
  if (missing.length > 0)
    throw refuseFields(
      missing.map((field) => ({ path: [field], message: 'is required with another payout currency' })),
    );
}

/** The new payout currency's own limits replace an entry that it had among the other currencies. */
function withConversions({ conversions, limits, ...others }: EconomyConfig, input: Input): EconomyConfig {
  const { limits: amounts, ...sent } = withoutGaps(input);
  const changed = { ...conversions, ...sent };
  const currencies =
    sent.payoutCurrency === undefined
      ? limits.currencies
      : limits.currencies.filter(({ currency }) => currency !== sent.payoutCurrency);
  return {
    conversions: { ...changed, currencyRates: byCurrency(changed.currencyRates) },
    limits: { ...limits, ...(amounts && moneyOf(amounts)), currencies },
    ...others,
  };
}

/** Each country once and sorted, so that another order is no change. */
function sortedGuides({ gender, exceptCountries }: GuideRules): GuideRules {
  return { gender, exceptCountries: [...new Set(exceptCountries)].toSorted() };
}

/** Sorted, so that another order is no change. */
function byCurrency<T extends { readonly currency: string }>(entries: readonly T[]): T[] {
  return entries.toSorted((a, b) => (a.currency < b.currency ? -1 : 1));
}

/** Throws ECONOMY_CONTRADICTS. */
function requireConsistent(config: EconomyConfig): void {
  const problems = contradictionsOf(config);
  const details = problems.map(({ path, message }) => ({ path: inWireNames(path), message: inWireNames(message) }));
  if (details.length > 0) throw economyError('ECONOMY_CONTRADICTS', { details });
}

/**
 * The parts that change in one request are logged together: conversions with limits, targets with the rules for guides.
 */
function loggedPart({ conversions, limits: stored, targets, guides }: EconomyConfig, part: Part) {
  const limits = presentLimits(stored);
  return { conversions: { ...conversions, limits }, limits, targets: { targets, guides } }[part];
}

/** Adds a version unless nothing changes. @param required further requirements for its batch */
async function change(
  ctx: Context,
  actor: Actor,
  newest: Newest,
  part: Part,
  config: EconomyConfig,
  required: readonly Statement[] = [],
): Answer {
  if (JSON.stringify(config) === JSON.stringify(newest.config)) return presentVersion(newest);
  const row = { version: newest.version + 1, config, changedBy: actor.userId, createdAt: ctx.now() };
  const changed = () => economyError('ECONOMY_CHANGED');
  await commit(
    ctx,
    [
      ...required,
      ctx.db.insert(economyVersions).values(row),
      logStaff(ctx, {
        staffId: actor.userId,
        action: `economy.${part}`,
        targetType: 'economy',
        targetId: String(row.version),
        before: loggedPart(newest.config, part),
        after: loggedPart(config, part),
      }),
    ],
    { refusals: { DEMAND_NOT_MET: changed, ECONOMY_VERSION_TAKEN: changed } },
  );
  ctx.log.event('economy.changed', { version: row.version, part });
  return presentVersion({ ...newest, ...row });
}

/** The newest version, who made it, and who is about to make another. */
interface Newest extends EconomyVersionRow {
  readonly changer: CardRow | null;
  readonly me: CardRow | null;
}

async function newestVersion(ctx: Context, { userId }: Actor): Promise<Newest> {
  const newest = await ctx.db
    .select({
      ...getTableColumns(economyVersions),
      changer: cardOf(sql`economy_versions.changed_by`).as('changer'),
      me: cardOf(userId).as('me'),
    })
    .from(economyVersions)
    .orderBy(desc(economyVersions.version))
    .limit(1)
    .get();
  if (!newest) throw new Error('There is no economy: migration 0009 creates the first version');
  return newest;
}

function presentVersion({
  version,
  config,
  changedBy,
  createdAt,
  changer,
  me,
}: Newest): z.input<typeof EconomyVersion> {
  const limits = presentLimits(config.limits);
  return { version, ...config, limits, changedBy: cardAmong(changedBy, changer, me), createdAt: toIso(createdAt) };
}
