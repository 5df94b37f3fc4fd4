/** For the audit: what an amount comes to under the economy's version that a row names. */
import { type SQL, sql } from 'drizzle-orm';
import type { EconomyConfig } from '@/contracts/economy';
import { literal } from '@/db/sql';
import { economyVersions } from './tables';

type Rate = 'diamondsPerCoin' | 'coinsPerDiamond';

/** Rounded down. Null if there is no such version. @param amount @param version expressions on the outer query */
export function convertedUnder(version: SQL, amount: SQL, rate: Rate & keyof EconomyConfig['conversions']): SQL {
  const part = (name: string) => sql`(config ->> ('$.conversions.' || ${literal(rate)} || ${`.${name}`}))`;
  return sql`(SELECT ${amount} * ${part('numerator')} / ${part('denominator')}
    FROM ${economyVersions} WHERE economy_versions.version = ${version})`;
}
