/** The economy's configuration: the owner reads it, and changes it in three parts. */
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
    summary: 'The economy as it stands',
    who,
    response: EconomyVersion,
    handler: (ctx) => readConfig(ctx),
  }),
  endpoint({
    operationId: 'changeTargets',
    method: 'put',
    path: '/owner/panel/economy/targets',
    tag: 'owner',
    summary: 'Set the earning targets',
    description:
      'The whole list. Of one metric and period a higher tier asks for more. A target is rewarded once a period by its ' +
      'id, so a new one wants a new id.',
    who,
    body: TargetsRequest,
    response: EconomyVersion,
    refusals: [economyError.ECONOMY_CHANGED, economyError.ECONOMY_CONTRADICTS],
    handler: (ctx, { actor, body }) => changeTargets(ctx, actor, body),
  }),
  endpoint({
    operationId: 'changeConversions',
    method: 'put',
    path: '/owner/panel/economy/conversions',
    tag: 'owner',
    summary: 'Change conversion rates',
    description:
      'Only what is sent. Refused is a rate at which coins gain on their way through diamonds, and one at which a gift ' +
      'or a tier on offer would earn nothing. What was done before keeps the rate that it had.',
    who,
    body: ConversionChanges,
    response: EconomyVersion,
    refusals: [
      economyError.ECONOMY_GAINS,
      economyError.GIFTS_WORTHLESS,
      economyError.ECONOMY_CHANGED,
      economyError.ECONOMY_CONTRADICTS,
    ],
    handler: (ctx, { actor, body }) => changeConversions(ctx, actor, body),
  }),
  endpoint({
    operationId: 'changeLimits',
    method: 'put',
    path: '/owner/panel/economy/limits',
    tag: 'owner',
    summary: 'Change limits, fees and the maturing time',
    description: 'Only what is sent.',
    who,
    body: LimitChanges,
    response: EconomyVersion,
    refusals: [economyError.ECONOMY_CHANGED, economyError.ECONOMY_CONTRADICTS],
    handler: (ctx, { actor, body }) => changeLimits(ctx, actor, body),
  }),
];
