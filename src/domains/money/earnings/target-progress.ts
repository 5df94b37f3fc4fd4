/** The progress of creators and guides, by the metrics of both. */
import type { Context } from '@/contracts/context';
import { isForCreators, isForGuides, type TargetRule } from '@/contracts/economy';
import type { Period } from '@/domains/base/economy/periods';
import { readGuideProgress } from '@/domains/people/guides/progress';
import { readProgress } from './progress';

/** Runs at most seven statements: only those that these targets need. */
export async function readTargetProgress(
  ctx: Context,
  userIds: readonly string[],
  periods: readonly Period[],
  targets: readonly TargetRule[],
): Promise<(userId: string, period: Period, metric: TargetRule['metric']) => number> {
  const [asCreator, asGuide] = await Promise.all([
    targets.some(isForCreators) ? readProgress(ctx, userIds, periods) : undefined,
    targets.some(isForGuides) ? readGuideProgress(ctx, userIds, periods) : undefined,
  ]);
  return (userId, period, metric) => {
    const figures: Readonly<Partial<Record<TargetRule['metric'], number>>> = {
      ...asCreator?.(userId, period),
      ...amountsOf(asGuide?.(userId, period) ?? {}),
    };
    return figures[metric] ?? 0;
  };
}

function amountsOf(counted: Readonly<Record<string, { readonly amount: number }>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counted).map(([metric, { amount }]) => [metric, amount]));
}
