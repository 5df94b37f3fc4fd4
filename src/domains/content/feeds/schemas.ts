/** Query parameters of the feeds, and the positions that their cursors hold. */
import { z } from '@hono/zod-openapi';
import { cursorQuery } from '@/http/envelope';

const FEED_SORTS = ['recent', 'trending'] as const;

export const PublicFeedQuery = z.strictObject({ ...cursorQuery, sort: z.enum(FEED_SORTS).default('recent') });

export const CursorQuery = z.strictObject(cursorQuery);

export const ScorePosition = z.tuple([z.int(), z.uuid()]);

export const FeedPosition = z.union([
  z.tuple([z.literal('followed'), z.uuid()]),
  z.tuple([z.literal('recommended'), z.int(), z.uuid()]),
  z.tuple([z.literal('recommended')]),
]);
