/** Wire shape of the public configuration. */
import { z } from '@hono/zod-openapi';
import { CurrencyRate, Money, Ratio } from '@/contracts/economy';
import { MaintenanceWindow } from '@/domains/base/maintenance/schemas';
import { CoinPackage } from '@/domains/money/purchases/schemas';
import { orNull } from '@/http/envelope';

const count = z.int().min(0);
const range = z.object({ min: z.int(), max: z.int() });
const openRange = z.object({ min: z.int(), max: z.null().describe('Only what the user has is a limit.') });
const rangeIn = range.extend({ currency: z.string() });

export const SystemConfig = z
  .object({
    name: z.string(),
    features: z.object({
      push: z.boolean(),
      payoutsByBank: z.boolean(),
      payoutsByStripe: z.boolean(),
    }),
    limits: z.object({
      tip: range.describe('Coins.'),
      gift: range.describe('How many of a gift at once.'),
      exchange: openRange.describe('Diamonds.'),
      payout: range.describe('Diamonds.'),
      payoutOfSales: rangeIn.describe('Minor units of the payout currency.'),
      payoutOfSalesByCurrency: z
        .array(rangeIn)
        .describe('The same for each currency in which sales can be cashed out, in its own minor units.'),
      payoutPerDay: range.describe('Diamonds of all cash-outs of a day (UTC).'),
      payoutsPerDay: range.describe('How many cash-outs a day (UTC).'),
      productPrice: z.array(rangeIn).describe('Minor units. A currency that is not listed takes any price.'),
    }),
    rates: z.object({
      diamondsPerCoin: Ratio,
      coinsPerDiamond: Ratio,
      minorPerDiamond: Ratio,
      payoutCurrency: z.string(),
      currencyRates: z.array(CurrencyRate),
    }),
    fees: z.object({
      payoutMinor: z.int().describe('In the payout currency, for each payout.'),
      payoutMinorByCurrency: z.array(Money).describe('The same for cash-outs of sales in each currency.'),
      payoutBasisPoints: z.int(),
      saleBasisPoints: z.int().describe("The platform's share of the items of an order."),
      saleMinor: z
        .array(Money)
        .describe('Taken from each order besides the share. A currency that is not listed has no such fee.'),
    }),
    maturing: z
      .object({ diamondsDays: count, salesDays: count, confirmedSalesDays: count })
      .describe(
        'Full days (UTC) before diamonds can be cashed out, and days before sales can: after the order was shipped, and ' +
          'after the buyer confirmed that it arrived.',
      ),
    packages: z.array(CoinPackage).describe('Coin packages on offer, smallest first.'),
    languages: z.array(z.string()).describe("The languages of the platform's own mails and messages. BCP 47."),
    pushPublicKey: z.string().nullable().describe('The key by which browsers subscribe to pushes.'),
    shop: z.object({ physical: z.boolean(), digital: z.boolean() }).describe('Which goods creators can sell.'),
    maintenance: orNull(MaintenanceWindow).describe('The window that runs or is announced.'),
    transparency: z
      .array(
        z.object({
          month: z.string().openapi({ example: '2026-11' }),
          reports: count,
          upheld: count,
          bans: count,
          appeals: count,
          reversed: count,
        }),
      )
      .describe('The last twelve months in UTC, newest first. The running month is counted as it is now.'),
  })
  .openapi('SystemConfig');
