/** Wire shapes of tiers and subscriptions. */

import { z } from '@hono/zod-openapi';
import { PublicCard, RecordedCard } from '@/domains/base/users/schemas';
import { Tier } from '@/domains/people/creators/schemas';
import { cursorPageOf, cursorQuery, orNull } from '@/http/envelope';
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
  .openapi('NewTiers', {
    example: { tiers: [{ name: 'Supporter', description: 'Emotes and the chat of subscribers.', coinsPerMonth: 300 }] },
  });

export const NewSubscription = z
  .strictObject({ creatorId: anId, tierId: anId, expectedCoins })
  .openapi('NewSubscription');
export const EndedSubscription = z.strictObject({ creatorId: anId }).openapi('EndedSubscription');

const coinsPerMonth = z.int().openapi({
  description:
    'The most that a month of this subscription costs: the price it began with. A month that begins while the ' +
    'tier costs less is charged at the lower price.',
});
const cancelled = z.boolean().openapi({ description: 'True: it ends with the period instead of renewing.' });
const months = z.int().openapi({ description: 'Months paid so far.' });
const dates = {
  startedAt: time,
  periodEndsAt: time,
  renewsAt: time
    .nullable()
    .openapi({ description: 'When the next month is charged. Null: it is not renewed for now.' }),
  endsAt: time.nullable().openapi({
    description:
      'When it ends, or has ended. Null: it is renewed, or paused. In grace: unless it can be charged by then.',
  }),
};

export const Subscription = z
  .object({
    id: z.uuid(),
    creator: RecordedCard,
    tier: Tier,
    coinsPerMonth,
    status: z.enum(SUBSCRIPTION_STATUSES).openapi({
      description: '`grace`: the wallet held too little for the next month; renewal is retried until `graceUntil`.',
    }),
    cancelled,
    paused: z.boolean().openapi({
      description: 'True: you or the creator are suspended. It is not renewed meanwhile, and the lost time is added.',
    }),
    months,
    ...dates,
    graceUntil: time.nullable(),
    endedAt: time.nullable(),
    endedBecause: z.enum(ENDED_BECAUSE).nullable(),
    balanceAfter: z.int().optional().openapi({
      description:
        'The coins that the first month left in your wallet. Only in the answer to subscribing, and the same in a repeat.',
    }),
  })
  .openapi('Subscription');

export const SubscriptionPage = cursorPageOf(Subscription);

/** A subscription as its creator sees it. Why it ended is the subscriber's own business. */
export const Subscriber = z
  .object({
    id: z.uuid().describe('Of the subscription. A person who subscribed again has another one.'),
    subscriber: orNull(PublicCard).openapi({
      description: 'Null: the account no longer exists, is suspended, or you cannot see it.',
    }),
    tier: Tier,
    coinsPerMonth,
    status: z.enum(SUBSCRIPTION_STATUSES).openapi({ description: '`grace`: the next month could not be charged yet.' }),
    cancelled,
    paused: z.boolean().openapi({ description: 'True: the subscriber or you are suspended.' }),
    months,
    ...dates,
  })
  .openapi('Subscriber');

export const SubscribersQuery = z.strictObject({
  ...cursorQuery,
  status: z
    .enum(['active', 'ended', 'all'])
    .default('active')
    .openapi({ description: '`active`: those who still have what they paid for, cancelled ones included.' }),
  format: z.enum(['json', 'csv']).default('json').describe('`csv`: the whole list as one file.'),
});
export const SubscriberPage = cursorPageOf(Subscriber);

/** A cursor's position: the id of the last subscription. */
export const CursorPosition = z.tuple([z.string()]);
