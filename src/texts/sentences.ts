/**
 * The title and body of a notification, made of its kind and `data`. Without an entry in CHOICES, a kind has the texts
 * under its own name.
 */
import { type DataOf, NOTIFICATION_DATA } from '@/contracts/notification-data';
import type { NotificationKind } from '@/contracts/notification-kinds';
import { en } from './en';
import type { Phrase, Values } from './fill';
import type { Speech } from './languages';
import type { Pieces } from './pieces';
import type { PiecesKey, Texts } from './texts';

/** Variants of the kind's texts, the later ones first; and pieces that follow the body. */
interface Choice {
  readonly variants?: readonly (PiecesKey | undefined)[];
  readonly parts?: readonly (string | false | undefined)[];
}

type Choices = { readonly [K in NotificationKind]?: (data: Partial<DataOf<K>>) => Choice };

const payoutReturned =
  (kind: 'payout-rejected' | 'payout-failed' | 'payout-returned') =>
  ({ diamonds }: { diamonds?: number | null }): Choice => ({
    variants: [diamonds === null ? `${kind}/money` : undefined],
  });

const exchanged =
  (kind: 'earnings-reversed' | 'earnings-restored') =>
  ({ exchangeId }: { exchangeId?: string | undefined }): Choice => ({
    variants: [exchangeId === undefined ? undefined : `${kind}/exchange`],
  });

const goods =
  (kind: 'order-paid' | 'order-received') =>
  (data: { goods?: 'digital' | 'physical' }): Choice => ({
    variants: [data.goods === 'digital' ? `${kind}/digital` : undefined],
  });

/** A variant for the value of a field, where the texts have one. */
function variantFor(kind: NotificationKind, ...values: readonly (string | undefined)[]): Choice {
  return {
    variants: values.map((value) => `${kind}/${value}`).filter((key): key is PiecesKey => key in en.notifications),
  };
}

const CHOICES: Choices = {
  gift: ({ gift }) => ({ parts: [gift && (gift.name === null ? 'tip' : 'gift')] }),
  'subscription-ended': ({ because, returnedCoins }) =>
    returnedCoins === undefined
      ? variantFor('subscription-ended', because)
      : variantFor('subscription-ended', returnedCoins === 0 ? 'nothing-left' : 'returned'),
  comment: ({ to }) => ({ variants: [to === 'comment' ? 'comment/reply' : undefined] }),
  like: ({ commentId }) => ({ variants: [commentId === undefined ? undefined : 'like/comment'] }),
  'guide-approved': ({ isBack }) => ({ variants: [isBack ? 'guide-approved/back' : undefined] }),
  'payout-rejected': payoutReturned('payout-rejected'),
  'payout-failed': payoutReturned('payout-failed'),
  'payout-returned': payoutReturned('payout-returned'),
  'earnings-reversed': exchanged('earnings-reversed'),
  'earnings-restored': exchanged('earnings-restored'),
  ticket: ({ event }) => variantFor('ticket', event),
  'purchase-paid': ({ lostCode, rewardCode }) => ({ parts: [lostCode && 'lostCode', rewardCode && 'rewardCode'] }),
  'application-waiting': ({ matter }) => variantFor('application-waiting', matter),
  'payout-waiting': ({ matter, note }) => variantFor('payout-waiting', matter, note),
  'product-waiting': ({ matter, note }) => variantFor('product-waiting', matter, note),
  'ticket-assigned': ({ event }) => variantFor('ticket-assigned', event),
  decision: ({ outcome }) => variantFor('decision', outcome),
  'report-outcome': ({ outcome }) => variantFor('report-outcome', outcome),
  'stream-stopped': ({ event, reason }) =>
    variantFor('stream-stopped', event, reason === undefined ? undefined : 'reason'),
  'track-rejected': ({ because }) => variantFor('track-rejected', because),
  'order-paid': goods('order-paid'),
  'order-received': goods('order-received'),
  'order-fulfilled': ({ carrier, tracking }) => ({
    variants: [
      carrier === null || carrier === undefined ? undefined : 'order-fulfilled/carrier',
      tracking === null || tracking === undefined ? undefined : 'order-fulfilled/tracking',
    ],
    parts: ['tracking'],
  }),
  'order-cancelled': ({ by, to }) =>
    by === 'no-stock'
      ? { variants: ['order-cancelled/no-stock'], parts: ['because', to] }
      : {
          ...variantFor('order-cancelled', `by-${by}`, `to-${to}`),
          parts: ['because', 'next'],
        },
  'unban-decided': ({ outcome, answer }) => ({ ...variantFor('unban-decided', outcome), parts: [answer && 'answer'] }),
  'order-problem-resolved': ({ resolution }) => ({
    variants: [resolution === null ? 'order-problem-resolved/confirmed' : undefined],
  }),
};

/** Whom the sentence names. Names are those of the moment, so they are not in `data`. */
export interface Named {
  /** The actor's name; for a group, that of the newest. Undefined: it is not shown. */
  readonly actor?: string | undefined;
  /** How many others did it too. */
  readonly others?: number;
  /** The name of the creator whom `data` names. */
  readonly creator?: string | undefined;
}

interface Sentence {
  readonly title: string;
  readonly body: string;
}

/** @param data of a kind that this version knows; fields may be missing in old rows */
export function sentenceOf(speech: Speech, kind: NotificationKind, data: Values, named: Named = {}): Sentence {
  const { texts, say } = speech;
  const { variants = [], parts = [] } = choiceOf(kind, data);
  const pieces = piecesOf(texts, kind, variants);
  const others = named.others ?? 0;
  const gift = typeof data.gift === 'object' ? { ...data.gift } : {};
  const values: Values = {
    ...data,
    ...gift,
    ...translated(texts, data),
    actor: named.actor ?? texts.someone,
    who: named.creator ?? texts.aCreator,
    others,
  };
  const title = (others > 0 ? pieces.others : undefined) ?? pieces.title ?? '';
  const body = [pieces.body, ...parts.map((part) => (part ? pieces[part] : undefined))];
  return {
    title: say(title, values),
    body: body
      .filter((phrase): phrase is Phrase => phrase !== undefined)
      .map((phrase) => say(phrase, values))
      .join(' '),
  };
}

/** Whether this version makes the text of the kind. */
export function isKnownKind(kind: string): kind is NotificationKind {
  return kind in NOTIFICATION_DATA;
}

function choiceOf(kind: NotificationKind, data: Values): Choice {
  // The data was written for this kind, by `noticeTo`.
  const choose = CHOICES[kind] as ((data: Values) => Choice) | undefined;
  return choose?.(data) ?? {};
}

function piecesOf(texts: Texts, kind: NotificationKind, variants: readonly (PiecesKey | undefined)[]): Pieces {
  const keys: readonly PiecesKey[] = [kind, ...variants.filter((key) => key !== undefined)];
  return Object.assign({}, ...keys.map((key) => texts.notifications[key]));
}

/** Reasons that the platform itself gives: in the reader's language. Those of people stay as they are. */
function translated(texts: Texts, { reason, resolution }: Values): Values {
  const known = (text: unknown) => {
    const name = REASONS.find((one) => en.reasons[one] === text);
    return name === undefined ? text : texts.reasons[name];
  };
  return { reason: known(reason), resolution: known(resolution) };
}

const REASONS = Object.keys(en.reasons) as (keyof typeof en.reasons)[]; // its own keys
