/** Turns an emote's row into what readers and rooms get. */
import type { z } from '@hono/zod-openapi';
import type { Config } from '@/contracts/config';
import { mediaUrl } from '@/domains/base/media/keys';
import { toIso } from '@/shared/time';
import type { Emote } from './schemas';
import type { EmoteRow } from './tables';

export function presentEmote(config: Config, row: EmoteRow): z.input<typeof Emote> {
  const { id, name, key, subscribersOnly, createdAt } = row;
  const url = mediaUrl(config, key);
  const urls = { 28: `${url}?w=28`, 56: `${url}?w=56`, 112: url };
  return { id, name, url, urls, subscribersOnly, createdAt: toIso(createdAt) };
}
