/** What an app needs to know about the platform before anyone signs in. Public, so it contains nothing else. */

import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import type { EconomyConfig } from '@/contracts/economy';
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
  const { conversions, limits } = economyOf(economyRows);
  const { diamondsPerCoin, coinsPerDiamond, minorPerDiamond, payoutCurrency } = conversions;
  const window = comingWindow(maintenanceOf(maintenanceRows), ctx.now());
  const config: z.input<typeof SystemConfig> = {
    name: ctx.config.seller.name,
    features: { push: ctx.push !== undefined, payoutsByBank: true, payoutsByStripe: ctx.payouts !== undefined },
    limits: presentLimits(limits, payoutCurrency),
    rates: { diamondsPerCoin, coinsPerDiamond, minorPerDiamond, payoutCurrency },
    fees: {
      payoutMinor: limits.payoutFeeMinor,
      payoutBasisPoints: limits.payoutFeeBasisPoints,
      saleBasisPoints: limits.shop.commissionBasisPoints,
      saleMinor: limits.shop.currencies.map(({ currency, feeMinor }) => ({ currency, amountMinor: feeMinor })),
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

function presentLimits(limits: EconomyConfig['limits'], currency: string): z.input<typeof SystemConfig>['limits'] {
  return {
    tip: { min: limits.tipCoinsMin, max: limits.tipCoinsMax },
    gift: { min: 1, max: limits.giftQuantityMax },
    exchange: { min: limits.exchangeDiamondsMin, max: null },
    payout: { min: limits.payoutDiamondsMin, max: limits.payoutDiamondsMax },
    payoutOfSales: { min: limits.payoutMinorMin, max: limits.payoutMinorMax, currency },
  };
}
