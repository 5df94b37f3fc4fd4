/** Amounts as the economy's version gives them, in SQL: for the checks that compare them with what a row says. */
import { type SQL, sql } from 'drizzle-orm';
import { economyVersions } from './tables';

type RateName = 'diamondsPerCoin' | 'coinsPerDiamond' | 'minorPerDiamond';

/**
 * `convert` by a rate of this version; null if there is no such version. Divides before it multiplies, so it overflows
 * only if its result does.
 */
export function convertedBy(name: RateName, amount: SQL, version: SQL): SQL {
  const part = (of: 'numerator' | 'denominator') => sql`config ->> ${sql.raw(`'$.conversions.${name}.${of}'`)}`;
  return sql`(
    SELECT ${amount} / denominator * numerator + ${amount} % denominator * numerator / denominator
    FROM (SELECT ${part('numerator')} AS numerator, ${part('denominator')} AS denominator
      FROM ${economyVersions} WHERE version = ${version}))`;
}

/** The diamonds that this version gives for a target; null if it has no such target. */
export function rewardOf(targetId: SQL, version: SQL): SQL {
  return sql`(
    SELECT target.value ->> '$.reward.diamonds' FROM ${economyVersions} economy, json_each(economy.config, '$.targets') target
    WHERE economy.version = ${version} AND target.value ->> '$.id' = ${targetId})`;
}

/** The commission on items that cost this much: as `commissionOf` of orders. Null if there is no such version. */
export function commissionDue(items: SQL, currency: SQL, version: SQL): SQL {
  return sql`(
    SELECT min(${items}, ${items} * (config ->> '$.limits.shop.commissionBasisPoints') / 10000 + coalesce((
      SELECT known.value ->> '$.feeMinor' FROM json_each(config, '$.limits.shop.currencies') known
      WHERE known.value ->> '$.currency' = ${currency}), 0))
    FROM ${economyVersions} WHERE version = ${version})`;
}
