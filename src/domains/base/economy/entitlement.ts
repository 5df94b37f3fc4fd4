/** Rates in SQL, for the checks that derive an amount from the version of the economy that its row names. */
import { type SQL, sql } from 'drizzle-orm';
import { economyVersions } from './tables';

type RateName = 'diamondsPerCoin' | 'coinsPerDiamond' | 'minorPerDiamond';

/** The body of a CTE `rates (version, numerator, denominator)`: materialized, it reads each configuration once. */
export function ratesByVersion(name: RateName): SQL {
  const part = (of: 'numerator' | 'denominator') => sql`config ->> ${sql.raw(`'$.conversions.${name}.${of}'`)}`;
  return sql`SELECT version, ${part('numerator')} AS numerator, ${part('denominator')} AS denominator
    FROM ${economyVersions}`;
}

/** `convert` by a row of `rates`. Divides before it multiplies, so it overflows only if its result does. */
export function converted(amount: SQL): SQL {
  return sql`(${amount} / rates.denominator * rates.numerator
    + ${amount} % rates.denominator * rates.numerator / rates.denominator)`;
}
