/**
 * The owner changes the economy. Each change adds a new version of the whole configuration; the old ones stay, because
 * transactions made under them refer to them. If two changes run at the same time, only one succeeds.
 */

import type { z } from '@hono/zod-openapi';
import { desc } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { EconomyConfig } from '@/contracts/economy';
import { commit, requireThat } from '@/db/commit';
import { logStaff } from '@/domains/base/permissions/log';
import { refuseFields } from '@/http/validation';
import type { Actor } from '@/shared/actor';
import { toIso } from '@/shared/time';
import { economyError } from './errors';
import { contradictionsOf, problemsOfTargets } from './judge-economy';
import { gainsByRoundTrip } from './rates';
import type { ConversionChanges, EconomyVersion, LimitChanges, TargetsRequest } from './schemas';
import { type EconomyVersionRow, economyVersions } from './tables';
import { everyOfferEarns, listWorthless } from './worth';

type Part = keyof EconomyConfig;
type Answer = Promise<z.input<typeof EconomyVersion>>;

export async function readConfig(ctx: Context): Answer {
  return presentVersion(await newestVersion(ctx));
}

/** Keeps fields that were not sent. Throws ECONOMY_GAINS, ECONOMY_CONTRADICTS, GIFTS_WORTHLESS, ECONOMY_CHANGED. */
export async function changeConversions(ctx: Context, actor: Actor, input: z.output<typeof ConversionChanges>): Answer {
  const newest = await newestVersion(ctx);
  const conversions = { ...newest.config.conversions, ...withoutGaps(input) };
  const { diamondsPerCoin, coinsPerDiamond } = conversions;
  if (gainsByRoundTrip(diamondsPerCoin, coinsPerDiamond))
    throw economyError('ECONOMY_GAINS', { details: { diamondsPerCoin, coinsPerDiamond } });
  const worthless = await listWorthless(ctx, diamondsPerCoin);
  if (worthless.length > 0) throw economyError('GIFTS_WORTHLESS', { details: worthless });
  return change(ctx, actor, newest, 'conversions', { ...newest.config, conversions }, [
    requireThat(ctx, everyOfferEarns(diamondsPerCoin)),
  ]);
}

/** Keeps fields that were not sent. Throws ECONOMY_CONTRADICTS, ECONOMY_CHANGED. */
export async function changeLimits(ctx: Context, actor: Actor, input: z.output<typeof LimitChanges>): Answer {
  const newest = await newestVersion(ctx);
  const limits = { ...newest.config.limits, ...withoutGaps(input) };
  return change(ctx, actor, newest, 'limits', { ...newest.config, limits });
}

/** Replaces the whole list. Throws VALIDATION_FAILED, ECONOMY_CHANGED. */
export async function changeTargets(ctx: Context, actor: Actor, { targets }: z.output<typeof TargetsRequest>): Answer {
  const problems = problemsOfTargets(targets);
  if (problems.length > 0)
    throw refuseFields(problems.map(({ path, message }) => ({ path: ['targets', path], message })));
  const newest = await newestVersion(ctx);
  return change(ctx, actor, newest, 'targets', { ...newest.config, targets });
}

/** Adds a version unless nothing changes. @param required further requirements for its batch */
async function change(
  ctx: Context,
  actor: Actor,
  newest: EconomyVersionRow,
  part: Part,
  config: EconomyConfig,
  required: readonly Statement[] = [],
): Answer {
  const problems = contradictionsOf(config);
  if (problems.length > 0) throw economyError('ECONOMY_CONTRADICTS', { details: problems });
  if (JSON.stringify(config[part]) === JSON.stringify(newest.config[part])) return presentVersion(newest);
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
        before: newest.config[part],
        after: config[part],
      }),
    ],
    { refusals: { DEMAND_NOT_MET: changed, ECONOMY_VERSION_TAKEN: changed } },
  );
  ctx.log.event('economy.changed', { version: row.version, part });
  return presentVersion(row);
}

async function newestVersion(ctx: Context): Promise<EconomyVersionRow> {
  const newest = await ctx.db.select().from(economyVersions).orderBy(desc(economyVersions.version)).limit(1).get();
  if (!newest) throw new Error('There is no economy: migration 0009 creates the first version');
  return newest;
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Removes fields that were not sent, instead of keeping them as `undefined`. */
function withoutGaps<T extends object>(input: T): Given<T> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as Given<T>; // fewer keys of the same
}

function presentVersion({ version, config, changedBy, createdAt }: EconomyVersionRow): z.input<typeof EconomyVersion> {
  return { version, ...config, changedBy, createdAt: toIso(createdAt) };
}
