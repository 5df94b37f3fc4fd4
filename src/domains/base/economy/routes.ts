/** The economy's configuration: the owner reads it and changes it in parts. */
import { type Endpoint, endpoint } from '@/http/endpoint';
import { changeConversions, changeLimits, changeTargets, readConfig } from './change-economy';
import { economyError } from './errors';
import { ConversionChanges, EconomyVersion, LimitChanges, TargetsRequest } from './schemas';

const who = { permission: 'canManageEconomy' } as const;

export const economyEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'readEconomy',
    method: 'get',
    path: '/owner/panel/economy/config',
    tag: 'owner',
    summary: 'The current economy',
    who,
    response: EconomyVersion,
    handler: (ctx, { actor }) => readConfig(ctx, actor),
  }),
  endpoint({
    operationId: 'changeTargets',
    logs: 'economy.targets',
    method: 'put',
    path: '/owner/panel/economy/targets',
    tag: 'owner',
    summary: 'Set the targets, and who may be a guide',
    description:
      'Replaces the whole list. Within one metric and period, a higher tier must have a higher threshold. A target is ' +
      'rewarded once a period by its id, so a new target needs a new id. `guides` says who may apply to be a guide, and ' +
      'stays as it is if it is not sent.',
    who,
    body: TargetsRequest,
    response: EconomyVersion,
    refusals: [economyError.ECONOMY_CHANGED],
    handler: (ctx, { actor, body }) => changeTargets(ctx, actor, body),
  }),
  endpoint({
    operationId: 'changeConversions',
    logs: 'economy.conversions',
    method: 'put',
    path: '/owner/panel/economy/conversions',
    tag: 'owner',
    summary: 'Change conversion rates',
    description:
      'Changes only the fields you send. Rejects rates at which coins keep all their value on the way through diamonds, ' +
      'rates at which a package with its best code costs less than its coins can be cashed out for, and rates at which a ' +
      'gift or tier on offer would earn nothing. Earlier transactions keep their rate.',
    who,
    body: ConversionChanges,
    response: EconomyVersion,
    refusals: [
      economyError.ECONOMY_GAINS,
      economyError.COINS_TOO_CHEAP,
      economyError.CURRENCY_RATE_MISSING,
      economyError.GIFTS_WORTHLESS,
      economyError.ECONOMY_CHANGED,
      economyError.ECONOMY_CONTRADICTS,
    ],
    handler: (ctx, { actor, body }) => changeConversions(ctx, actor, body),
  }),
  endpoint({
    operationId: 'changeLimits',
    logs: 'economy.limits',
    method: 'put',
    path: '/owner/panel/economy/limits',
    tag: 'owner',
    summary: 'Change limits, fees and the maturing time',
    description:
      'Changes only the fields you send. Rejects a reward code that makes coins cheaper than their cash-out.',
    who,
    body: LimitChanges,
    response: EconomyVersion,
    refusals: [
      economyError.COINS_TOO_CHEAP,
      economyError.CURRENCY_RATE_MISSING,
      economyError.ECONOMY_CHANGED,
      economyError.ECONOMY_CONTRADICTS,
    ],
    handler: (ctx, { actor, body }) => changeLimits(ctx, actor, body),
  }),
];
