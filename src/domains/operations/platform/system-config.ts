/** What an app needs to know about the platform before anyone signs in. Public, so it contains nothing else. */

import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import type { EconomyConfig } from '@/contracts/economy';
import { limitsIn } from '@/domains/base/economy/limits';
import { economyOf, economyQuery } from '@/domains/base/economy/read';
import { maintenanceOf, maintenanceQuery } from '@/domains/base/maintenance/read';
import { offeredPackages, presentPackage } from '@/domains/money/purchases/packages';
import { currentTransparency } from '@/domains/operations/appeals/transparency';
import { type Envelope, reply } from '@/http/envelope';
import { comingWindow, presentWindow } from '@/shared/maintenance';
import { LANGUAGES } from '@/texts/languages';
import type { SystemConfig } from './config-schemas';

/** More than a page of an app shows. */
const PACKAGES_MAX = 100;
const CACHED_BRIEFLY = { 'Cache-Control': 'public, max-age=30' };

export async function readSystemConfig(ctx: Context): Promise<Envelope<z.input<typeof SystemConfig>>> {
  const [[economyRows, packages, maintenanceRows], transparency] = await Promise.all([
    ctx.db.batch([economyQuery(ctx), offeredPackages(ctx).limit(PACKAGES_MAX), maintenanceQuery(ctx)]),
    currentTransparency(ctx),
  ]);
  const economy = economyOf(economyRows);
  const { conversions, limits } = economy;
  const inCurrencies = limitsByCurrency(economy);
  const window = comingWindow(maintenanceOf(maintenanceRows), ctx.now());
  const config: z.input<typeof SystemConfig> = {
    name: ctx.config.seller.name,
    features: { push: ctx.push !== undefined, payoutsByBank: true, payoutsByStripe: ctx.payouts !== undefined },
    limits: presentLimits(economy, inCurrencies),
    rates: conversions,
    fees: {
      payoutMinor: limits.payoutFeeMinor,
      payoutMinorByCurrency: inCurrencies.map(({ currency, payoutFeeMinor }) => ({
        currency,
        amountMinor: payoutFeeMinor,
      })),
      payoutBasisPoints: limits.payoutFeeBasisPoints,
      saleBasisPoints: limits.shop.commissionBasisPoints,
      saleMinor: limits.shop.currencies.map(({ currency, feeMinor }) => ({ currency, amountMinor: feeMinor })),
    },
    maturing: {
      diamondsDays: limits.maturingDays,
      salesDays: limits.shop.maturingDays,
      confirmedSalesDays: limits.shop.confirmedDays,
    },
    packages: packages.map(presentPackage),
    languages: [...LANGUAGES],
    pushPublicKey: ctx.push?.publicKey ?? null,
    shop: { physical: ctx.payments.current.canShip, digital: true },
    maintenance: window && presentWindow(window),
    transparency: [...transparency],
  };
  return reply(config, { headers: CACHED_BRIEFLY });
}

type InCurrency = EconomyConfig['limits'] & { readonly currency: string };

/** The limits in each currency in which sales can be cashed out; the payout currency first. */
function limitsByCurrency(economy: EconomyConfig): InCurrency[] {
  const { payoutCurrency, currencyRates } = economy.conversions;
  const others = [...economy.limits.currencies, ...currencyRates].map(({ currency }) => currency).toSorted();
  return [...new Set([payoutCurrency, ...others])].flatMap((currency) => {
    const limits = limitsIn(economy, currency);
    return limits ? [{ ...limits, currency }] : [];
  });
}

function presentLimits(
  { limits, conversions }: EconomyConfig,
  inCurrencies: readonly InCurrency[],
): z.input<typeof SystemConfig>['limits'] {
  return {
    tip: { min: limits.tipCoinsMin, max: limits.tipCoinsMax },
    gift: { min: 1, max: limits.giftQuantityMax },
    exchange: { min: limits.exchangeDiamondsMin, max: null },
    payout: { min: limits.payoutDiamondsMin, max: limits.payoutDiamondsMax },
    payoutOfSales: { min: limits.payoutMinorMin, max: limits.payoutMinorMax, currency: conversions.payoutCurrency },
    payoutOfSalesByCurrency: inCurrencies.map(({ payoutMinorMin, payoutMinorMax, currency }) => ({
      ...{ min: payoutMinorMin, max: payoutMinorMax, currency },
    })),
    payoutPerDay: { min: 0, max: limits.payoutDiamondsPerDayMax },
    payoutsPerDay: { min: 0, max: limits.payoutsPerDayMax },
    productPrice: limits.shop.currencies.map(({ currency, priceMinorMin, priceMinorMax }) => ({
      ...{ min: priceMinorMin, max: priceMinorMax, currency },
    })),
  };
}
