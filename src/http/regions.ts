/** Where a request comes from, as the platform says with each; what a client says of it counts on one's own machine alone. */
import type { Config } from '@/contracts/config';
import { isCountry, isRegion } from '@/shared/countries';

/** In development it stands in for the platform's word: `x-dev-country: US-CA`. */
const DEV_HEADER = 'x-dev-country';

/**
 * The country and, where it is known, its region: `US`, `US-CA`. Empty where the platform does not know (`XX`), where the
 * reader does not show it (Tor, `T1`), and where no edge stands before the Worker.
 */
export function regionsOf({ environment }: Config, request: Request): readonly string[] {
  const told = environment === 'development' ? request.headers.get(DEV_HEADER) : null;
  const [country, part] = told === null ? [request.cf?.country, request.cf?.regionCode] : told.split('-', 2);
  if (typeof country !== 'string' || !isCountry(country)) return [];
  const region = `${country}-${part}`;
  return isRegion(region) ? [country, region] : [country];
}
