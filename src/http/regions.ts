/** Finds where a request comes from, as the platform reports it. A client's own claim counts only in development. */
import type { Config } from '@/contracts/config';
import { isCountry, isRegion, UNKNOWN_COUNTRY } from '@/shared/countries';

/** Replaces the platform's report in development: `x-dev-country: US-CA`. */
const DEV_HEADER = 'x-dev-country';

/**
 * The country and, if known, its region: `US`, `US-CA`. UNKNOWN_COUNTRY if the platform does not know it (`XX`), the
 * reader hides it (Tor, `T1`), or no edge is in front of the Worker.
 */
export function regionsOf({ environment }: Config, request: Request): readonly string[] {
  const claimed = environment === 'development' ? request.headers.get(DEV_HEADER) : null;
  const [country, part] = claimed === null ? [request.cf?.country, request.cf?.regionCode] : claimed.split('-', 2);
  if (typeof country !== 'string' || !isCountry(country)) return [UNKNOWN_COUNTRY];
  const region = `${country}-${part}`;
  return isRegion(region) ? [country, region] : [country];
}
