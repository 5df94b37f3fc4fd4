/** Codes from lists that others keep. The document names every one of them. */
import { z } from '@hono/zod-openapi';
import { COUNTRIES, isCountry, UNKNOWN_COUNTRY } from '@/shared/countries';
import { MINOR_DIGITS } from '@/shared/currency';

const NO_CURRENCY = 'must be an ISO 4217 code: USD';

export const aCountry = z
  .string()
  .refine(isCountry, 'must be an ISO 3166-1 alpha-2 code')
  .openapi({ enum: [...COUNTRIES], example: 'DE' });

/** A country, or `ZZ` for users whose country nobody knows. */
export const aCountryOrUnknown = z
  .string()
  .refine((code) => code === UNKNOWN_COUNTRY || isCountry(code), 'must be an ISO 3166-1 alpha-2 code, or ZZ')
  .openapi({ enum: [...COUNTRIES, UNKNOWN_COUNTRY], example: 'DE' });

export const aCurrency = z
  .string()
  .refine((code) => MINOR_DIGITS.has(code), NO_CURRENCY)
  .openapi({ enum: [...MINOR_DIGITS.keys()], example: 'EUR' });
