/** Wire shapes of tiers and subscriptions. */

import { z } from '@hono/zod-openapi';
import { PublicCard } from '@/domains/base/users/schemas';
import { Tier } from '@/domains/people/creators/schemas';
import { cursorPageOf, orNull } from '@/http/envelope';
import { aLine, aText, expectedCoins } from '@/http/fields';
import { ENDED_BECAUSE, SUBSCRIPTION_STATUSES } from './tables';

const NAME_CHARACTERS_MAX = 60;
const DESCRIPTION_CHARACTERS_MAX = 500;
const PRICE_COINS_MAX = 1_000_000;
const TIERS_MAX = 5;

const anId = z.string().min(1).max(64);
const time = z.iso.datetime();

const TierInput = z
  .strictObject({
    id: anId.optional().openapi({ description: 'The id of a tier to change; omitted: a new tier.' }),
    name: aLine(NAME_CHARACTERS_MAX),
    description: aText(DESCRIPTION_CHARACTERS_MAX).default(''),
    coinsPerMonth: z.int().min(1).max(PRICE_COINS_MAX),
  })
  .openapi('TierInput');

export const NewTiers = z
  .strictObject({ tiers: z.array(TierInput).max(TIERS_MAX) })
  .superRefine(({ tiers }, issue) => {
    const ids = tiers.flatMap(({ id }) => id ?? []);
    if (new Set(ids).size < ids.length)
      issue.addIssue({ code: 'custom', path: ['tiers'], message: 'must not name a tier twice' });
  })
  .openapi('NewTiers');

export const NewSubscription = z
  .strictObject({ creatorId: anId, tierId: anId, expectedCoins })
  .openapi('NewSubscription');
export const EndedSubscription = z.strictObject({ creatorId: anId }).openapi('EndedSubscription');

export const Subscription = z
  .object({
    id: z.uuid(),
    creator: orNull(PublicCard).openapi({ description: 'Null: the account no longer exists.' }),
    tier: Tier,
    coinsPerMonth: z.int().openapi({
      description:
        'The most that a month of this subscription costs: the price it began with. A month that begins while the ' +
        'tier costs less is charged at the lower price.',
    }),
    status: z.enum(SUBSCRIPTION_STATUSES).openapi({
      description: '`grace`: the wallet held too little for the next month; renewal is retried until `graceUntil`.',
    }),
    cancelled: z.boolean().openapi({ description: 'True: it ends with the period instead of renewing.' }),
    paused: z.boolean().openapi({
      description: 'True: you or the creator are suspended. It is not renewed meanwhile, and the lost time is added.',
    }),
    months: z.int().openapi({ description: 'Months paid so far.' }),
    startedAt: time,
    periodEndsAt: time,
    graceUntil: time.nullable(),
    endedAt: time.nullable(),
    endedBecause: z.enum(ENDED_BECAUSE).nullable(),
  })
  .openapi('Subscription');

export const SubscriptionPage = cursorPageOf(Subscription);

/** A cursor's position: the id of the last subscription. */
export const CursorPosition = z.tuple([z.string()]);
