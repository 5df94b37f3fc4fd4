/** Endpoints for gifts, tips and the gift catalogue. */

import { z } from '@hono/zod-openapi';
import { roomError } from '@/domains/live/rooms/errors';
import { anId } from '@/domains/live/rooms/schemas';
import { streamError } from '@/domains/live/streams/errors';
import { socialError } from '@/domains/people/social/errors';
import { CatalogueQuery } from '@/http/catalogue-query';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { cursorQuery, Nothing, pageQuery } from '@/http/envelope';
import { ledgerError } from '@/ledger/errors';
import { addGift, changeGift, listCatalogue, listKeptGifts } from './catalogue';
import { deleteWords } from './delete-words';
import { giftError } from './errors';
import { listGiftsReceived, listGiftsSent } from './history';
import {
  CataloguePage,
  GiftSent,
  GiftSentPage,
  KeptGift,
  KeptGiftChanges,
  KeptGiftPage,
  NewGiftSent,
  NewKeptGift,
  NewTip,
} from './schemas';
import { sendGift, sendTip } from './send-gift';

const keeper = { permission: 'canManageCatalogue' } as const;
const GIVING_REFUSALS = [
  ledgerError.NOT_ENOUGH_COINS,
  socialError.USER_NOT_FOUND,
  socialError.NOT_A_CREATOR,
  socialError.NOT_ONESELF,
  streamError.STREAM_NOT_FOUND,
  streamError.STREAM_NOT_LIVE,
  roomError.BANNED,
  roomError.FOLLOWERS_ONLY,
  roomError.SUBSCRIBERS_ONLY,
  roomError.USERS_ONLY,
  roomError.ROOM_CLOSED,
  giftError.NOT_ON_STAGE,
  giftError.GIFT_WORTHLESS,
];
const GIVING =
  "In a live stream, the room shows it as `gift-sent` once it is paid. So does a user's room, in which `recipientId` " +
  'is a creator or a guide on the stage. A message is moderated like chat; outside of rooms, ' +
  "only by the creator's bans and blocked words. If the message is refused, the gift is sent without it, " +
  'and the response says why: `message: null, messageRefused: { code }`. The details of `NOT_ENOUGH_COINS` are the ' +
  'balance and the price.';

export const giftEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'listGifts',
    method: 'get',
    path: '/payment/gifts',
    tag: 'payment',
    summary: 'The gift catalogue, cheapest first',
    who: 'public',
    query: z.strictObject(pageQuery),
    response: CataloguePage,
    handler: (ctx, { query }) => listCatalogue(ctx, query),
  }),
  endpoint({
    operationId: 'sendGift',
    method: 'post',
    path: '/payment/gift',
    tag: 'payment',
    summary: 'Send a gift to a creator',
    description: GIVING,
    who: 'user',
    movesMoney: true,
    body: NewGiftSent,
    response: GiftSent,
    status: 201,
    refusals: [
      ...GIVING_REFUSALS,
      giftError.GIFT_NOT_FOUND,
      giftError.QUANTITY_OUT_OF_RANGE,
      ledgerError.PRICE_CHANGED,
    ],
    handler: (ctx, { actor, body, once }) => sendGift(ctx, actor, body, once),
  }),
  endpoint({
    operationId: 'sendTip',
    method: 'post',
    path: '/payment/tip',
    tag: 'payment',
    summary: 'Tip a creator',
    description: GIVING,
    who: 'user',
    movesMoney: true,
    body: NewTip,
    response: GiftSent,
    status: 201,
    refusals: [...GIVING_REFUSALS, giftError.TIP_OUT_OF_RANGE],
    handler: (ctx, { actor, body, once }) => sendTip(ctx, actor, body, once),
  }),
  endpoint({
    operationId: 'listGiftsSent',
    method: 'get',
    path: '/payment/gifts-sent',
    tag: 'payment',
    summary: 'Gifts and tips that I sent, newest first',
    who: 'user',
    query: z.strictObject(cursorQuery),
    response: GiftSentPage,
    handler: (ctx, { actor, query }) => listGiftsSent(ctx, actor.userId, query),
  }),
  endpoint({
    operationId: 'listGiftsReceived',
    method: 'get',
    path: '/payment/gifts-received',
    tag: 'payment',
    summary: 'Gifts and tips that I received, newest first',
    who: 'user',
    query: z.strictObject(cursorQuery),
    response: GiftSentPage,
    handler: (ctx, { actor, query }) => listGiftsReceived(ctx, actor.userId, query),
  }),
  endpoint({
    operationId: 'deleteChatMessage',
    logs: 'chat-message.delete',
    method: 'delete',
    path: '/sessions/{id}/chat/{messageId}',
    tag: 'session',
    summary: 'Delete a message, or the text of a gift',
    description:
      'Takes the id of the message or of the gift; the gift itself stays. Allowed for its author, the creator, ' +
      'moderators, and staff with `canDeleteMessages`, from any region.',
    who: 'user',
    staffToo: true,
    params: z.strictObject({ id: anId, messageId: anId }),
    response: Nothing,
    refusals: [
      streamError.STREAM_NOT_FOUND,
      roomError.BANNED,
      roomError.FOLLOWERS_ONLY,
      roomError.SUBSCRIBERS_ONLY,
      roomError.NOT_ALLOWED,
      roomError.OUT_OF_YOUR_REACH,
      roomError.MESSAGE_NOT_FOUND,
    ],
    handler: async (ctx, { actor, params }) => {
      await deleteWords(ctx, actor, params.id, params.messageId);
      return {};
    },
  }),
  endpoint({
    operationId: 'listKeptGifts',
    method: 'get',
    path: '/owner/panel/gifts',
    tag: 'owner',
    summary: 'All gifts, retired ones too, cheapest first',
    who: keeper,
    query: CatalogueQuery,
    response: KeptGiftPage,
    handler: (ctx, { query }) => listKeptGifts(ctx, query),
  }),
  endpoint({
    operationId: 'addGift',
    logs: 'gift.add',
    method: 'post',
    path: '/owner/panel/gifts',
    tag: 'owner',
    summary: 'Add a gift to the catalogue',
    who: keeper,
    body: NewKeptGift,
    response: KeptGift,
    status: 201,
    refusals: [giftError.GIFT_WORTHLESS, giftError.GIFT_CHANGED],
    handler: (ctx, { actor, body }) => addGift(ctx, actor, body),
  }),
  endpoint({
    operationId: 'changeGift',
    logs: 'gift.change',
    method: 'put',
    path: '/owner/panel/gifts/{id}',
    tag: 'owner',
    summary: 'Change a gift, or retire it',
    description:
      'Fields that are not sent stay as they are. `active: false` retires the gift; sent gifts still refer to it.',
    who: keeper,
    params: z.strictObject({ id: z.string().min(1) }),
    body: KeptGiftChanges,
    response: KeptGift,
    refusals: [giftError.GIFT_NOT_FOUND, giftError.GIFT_WORTHLESS, giftError.GIFT_CHANGED],
    handler: (ctx, { actor, params, body }) => changeGift(ctx, actor, params.id, body),
  }),
];
