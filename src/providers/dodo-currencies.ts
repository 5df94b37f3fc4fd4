/**
 * Dodo's currencies and the smallest payment in each, in minor units of ISO 4217.
 * https://docs.dodopayments.com/features/adaptive-currency
 */
import type { PriceProblem } from '@/contracts/payments';
import { formatMinor } from '@/shared/currency';

/** The currencies in which Dodo can bill. */
const BILLED: ReadonlySet<string> = new Set(
  `AED ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD CHF CLP CNY COP CRC CUP CVE
  CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD JMD JOD JPY KES
  KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO
  NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK SGD SHP SLE SOS SRD SSP STN SVC SZL THB
  TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW`.split(/\s+/),
);

/** Dodo publishes no minimum for the others. */
const MINIMUMS: Readonly<Record<string, number>> = {
  ...{ AED: 200, ALL: 5_000, AMD: 50_000, ARS: 100_000, AUD: 50, AWG: 200, AZN: 200, BAM: 200, BDT: 10_000, BMD: 100 },
  ...{ BND: 100, BOB: 500, BRL: 50, BSD: 100, BWP: 1_500, BZD: 200, CAD: 50, CHF: 50, CLP: 1_000, CNY: 400 },
  ...{ CRC: 50_000, CZK: 1_500, DKK: 250, DOP: 10_000, EGP: 5_000, ETB: 10_000, EUR: 50, FJD: 200, GBP: 30, GEL: 300 },
  ...{ GMD: 10_000, GTQ: 1_000, GYD: 20_000, HKD: 400, HNL: 2_500, HUF: 17_500, IDR: 850_000, ILS: 300, INR: 500 },
  ...{ KZT: 50_000, LKR: 30_000, LRD: 20_000, LSL: 2_000, MAD: 1_000, MKD: 5_000, MOP: 1_000, MUR: 5_000, MVR: 1_500 },
  ...{ MWK: 200_000, MXN: 1_000, MYR: 400, NGN: 200_000, NOK: 300, NPR: 15_000, NZD: 100, PEN: 300, PGK: 400 },
  ...{ PHP: 5_000, PLN: 200, QAR: 300, RON: 200, RSD: 6_000, SAR: 200, SBD: 1_000, SCR: 1_500, SEK: 300, SGD: 50 },
  ...{ SRD: 5_000, SZL: 2_000, THB: 2_500, TOP: 200, TRY: 2_000, TWD: 2_000, TZS: 300_000, USD: 50, UYU: 5_000 },
  ...{ WST: 200, ZAR: 2_000, ZMW: 3_000 },
};

/** Why Dodo would refuse to charge this price; undefined if it takes it. */
export function dodoPriceProblem(amountMinor: number, currency: string): PriceProblem | undefined {
  if (!BILLED.has(currency)) return { path: 'currency', message: 'is not a currency in which Dodo bills' };
  const minimum = MINIMUMS[currency] ?? 1;
  return amountMinor < minimum
    ? { path: 'priceMinor', message: `must be at least ${formatMinor(minimum, currency)} for Dodo` }
    : undefined;
}
