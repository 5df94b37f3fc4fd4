/** Adds and removes a creator's emotes. Their open rooms read the list again. */
import type { z } from '@hono/zod-openapi';
import { and, eq, isNull } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { PICTURES } from '@/contracts/file-kinds';
import type { OutboxEvent } from '@/contracts/messages';
import { commit, requireChange } from '@/db/commit';
import { fileError } from '@/domains/base/media/errors';
import { storeImage } from '@/domains/base/media/store';
import { readUpload } from '@/domains/base/media/upload';
import { listOpenRooms } from '@/domains/live/rooms/open-rooms';
import { newId } from '@/shared/ids';
import { emoteError } from './errors';
import { presentEmote } from './present';
import { type Emote, NewEmoteFields } from './schemas';
import { type EmoteRow, emotes } from './tables';

/** Throws EMOTE_NAME_TAKEN, TOO_MANY_EMOTES, UPLOAD_CONFLICT, and what `readUpload` and `storeImage` throw. */
export async function addEmote(ctx: Context, creatorId: string, request: Request): Promise<z.input<typeof Emote>> {
  const { bytes, fields } = await readUpload(request, {
    field: 'file',
    bytesMax: PICTURES.emote.bytesMax,
    fields: NewEmoteFields,
  });
  const { key, statements } = await storeImage(ctx, creatorId, 'emote', bytes);
  const row: EmoteRow = { id: newId(), creatorId, ...fields, key, createdAt: ctx.now(), removedAt: null };
  await commit(ctx, [...statements, ctx.db.insert(emotes).values(row)], {
    events: await emotesChanged(ctx, creatorId),
    refusals: {
      'emotes.creator_id, emotes.name': () => emoteError('EMOTE_NAME_TAKEN'),
      EMOTES_MAX: () => emoteError('TOO_MANY_EMOTES'),
      DEMAND_NOT_MET: () => fileError('UPLOAD_CONFLICT'),
    },
  });
  return presentEmote(ctx.config, row);
}

/** Its file stays for a while, since messages show it. The name is free at once. Throws EMOTE_NOT_FOUND. */
export async function removeEmote(ctx: Context, creatorId: string, id: string): Promise<void> {
  const isTheirs = and(eq(emotes.id, id), eq(emotes.creatorId, creatorId), isNull(emotes.removedAt));
  await commit(ctx, [ctx.db.update(emotes).set({ removedAt: ctx.now() }).where(isTheirs), requireChange(ctx)], {
    events: await emotesChanged(ctx, creatorId),
    refusals: { DEMAND_NOT_MET: () => emoteError('EMOTE_NOT_FOUND') },
  });
}

async function emotesChanged(ctx: Context, creatorId: string): Promise<OutboxEvent[]> {
  const rooms = await listOpenRooms(ctx, creatorId);
  return rooms.map(({ roomId }) => ({ kind: 'room', roomId, command: { type: 'emotes-changed' } }));
}
