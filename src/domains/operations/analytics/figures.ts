/** Adds up the platform's figures. Takes no Context. */
import { addMoney } from '@/shared/currency';
import type { Figure } from './tables';

/** The figures that are not added over days, since the same users come back. A range has that of its largest day. */
export const LARGEST_DAY: readonly Figure[] = ['activeUsers', 'peakConcurrent'];

/** An amount of one figure. @see platformDays */
export interface Amount {
  readonly figure: Figure;
  readonly unit: string;
  readonly amount: number;
}

const SECONDS_PER_HUNDREDTH_HOUR = 36;

/** Adds amounts of one day, whatever their countries. */
export function sumOf(amounts: readonly Amount[]): Amount[] {
  return combine(amounts, () => false);
}

/** Adds amounts of several days. */
export function overDays(amounts: readonly Amount[]): Amount[] {
  return combine(amounts, (figure) => LARGEST_DAY.includes(figure));
}

function combine(amounts: readonly Amount[], takesLargest: (figure: Figure) => boolean): Amount[] {
  const byName = Map.groupBy(amounts, ({ figure, unit }) => `${figure} ${unit}`);
  return [...byName.values()].flatMap((list) => {
    const [first] = list;
    if (!first) return [];
    const values = list.map(({ amount }) => amount);
    const amount = takesLargest(first.figure) ? Math.max(...values) : values.reduce((sum, value) => sum + value, 0);
    return [{ ...first, amount }];
  });
}

/** The wire shape of amounts that were combined. */
export function presentFigures(amounts: readonly Amount[]) {
  const of = (figure: Figure) => amounts.find((one) => one.figure === figure)?.amount ?? 0;
  const moneyOf = (figure: Figure) =>
    addMoney(
      amounts
        .filter((one) => one.figure === figure)
        .map(({ unit, amount }) => ({ currency: unit, amountMinor: amount })),
    );
  return {
    registrations: of('registrations'),
    activeUsers: of('activeUsers'),
    streams: of('streams'),
    hoursWatched: Math.round(of('watchSeconds') / SECONDS_PER_HUNDREDTH_HOUR) / 100,
    peakConcurrent: of('peakConcurrent'),
    coinsSold: of('coinsSold'),
    gifts: of('gifts'),
    payouts: moneyOf('payouts'),
    orders: of('orders'),
    sales: moneyOf('sales'),
    reports: of('reports'),
  };
}
