/** Finds where a request comes from: the platform says it with each. A client's own word counts only in development. */
import type { Config } from '@/contracts/config';
import { isCountry, isRegion } from '@/shared/countries';

/** Stands in for the platform in development: `x-dev-country: US-CA`. */
const DEV_HEADER = 'x-dev-country';

/**
 * The country and, where it is known, its region: `US`, `US-CA`. Empty where the platform does not know (`XX`), where the
 * reader does not show it (Tor, `T1`), and where no edge stands before the Worker.
 */
export function regionsOf({ environment }: Config, request: Request): readonly string[] {
  const claimed = environment === 'development' ? request.headers.get(DEV_HEADER) : null;
  const [country, part] = claimed === null ? [request.cf?.country, request.cf?.regionCode] : claimed.split('-', 2);
  if (typeof country !== 'string' || !isCountry(country)) return [];
  const region = `${country}-${part}`;
  return isRegion(region) ? [country, region] : [country];
}
