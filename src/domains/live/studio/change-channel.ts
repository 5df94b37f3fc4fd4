/**
 * Changes a channel's info and settings. Its live and prepared streams change in the same batch, and their rooms are
 * notified. The batch commits only if none of them changed since they were read.
 */

import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { commit, requireChange } from '@/db/commit';
import { isOwnMediaUrl } from '@/domains/base/media/keys';
import type { ChannelRow } from '@/domains/live/channels/tables';
import { changeSettings } from '@/domains/live/channels/write';
import { changeStream, laterThan, STREAM_RACES, untilUnchanged } from '@/domains/live/streams/change-stream';
import { type ChannelState, ownChannelState, requireSameStreams } from '@/domains/live/streams/channel-state';
import { announcedChanges, setupEvent } from '@/domains/live/streams/room-setup';
import type { StreamRow } from '@/domains/live/streams/tables';
import { httpError } from '@/http/errors';
import { isChange } from '@/shared/is-change';
import { presentChannel, presentPolicy } from './present';
import type { ChannelChanges, ChatSettings } from './schemas';

const DELAY_SECONDS_DEFAULT = 5;

interface Change {
  readonly channel: Partial<ChannelRow>;
  /** The same changes, as fields of a stream. */
  readonly stream?: Partial<Pick<StreamRow, 'title' | 'description' | 'category' | 'thumbnailUrl'>>;
  /** Statements to commit in the same batch. */
  readonly alongside?: readonly Statement[];
  readonly events?: (channel: ChannelRow) => readonly OutboxEvent[];
}

/** Throws VALIDATION_FAILED for an image that was not uploaded here. */
export async function changeInfo(ctx: Context, creatorId: string, changes: z.output<typeof ChannelChanges>) {
  requireOwnPicture(ctx, changes.thumbnail);
  const { thumbnail, quality, ...words } = changes;
  const stream = { ...words, ...(thumbnail === undefined ? {} : { thumbnailUrl: thumbnail }) };
  const events = ({ id, ingressId }: ChannelRow): OutboxEvent[] =>
    quality === undefined || ingressId === null
      ? []
      : [{ kind: 'task', task: { type: 'align-ingress', channelId: id } }];
  return presentChannel(await changeChannel(ctx, creatorId, { channel: changes, stream, events }));
}

export async function changeChatSettings(ctx: Context, creatorId: string, settings: z.output<typeof ChatSettings>) {
  const state = await changeChannel(ctx, creatorId, { channel: chatChanges(settings) });
  return presentPolicy(state.channel);
}

/** The settings as fields of the channel. */
export function chatChanges(settings: z.output<typeof ChatSettings>) {
  return defined({
    chatEnabled: settings.isChatEnabled,
    chatDelaySeconds: delaySeconds(settings),
    chatFollowersOnly: settings.isChatFollowersOnly,
    chatSubscribersOnly: settings.isChatSubscribersOnly,
    slowModeSeconds: settings.slowModeSeconds,
    minFollowMinutes: settings.minFollowMinutes,
    minAccountHours: settings.minAccountHours,
    links: settings.links,
    emotesOnly: settings.emotesOnly,
    holdFirstMessages: settings.holdFirstMessages,
    ...(settings.blockedWords && wordsByAction(settings.blockedWords)),
  });
}

/** Each text once: a text that is both refused and held is refused. */
function wordsByAction(words: NonNullable<z.output<typeof ChatSettings>['blockedWords']>) {
  const asked = words.map((word) => (typeof word === 'string' ? { text: word, action: 'refuse' as const } : word));
  const refused = new Set(asked.flatMap(({ text, action }) => (action === 'refuse' ? [text] : [])));
  const held = new Set(asked.flatMap(({ text, action }) => (action === 'hold' && !refused.has(text) ? [text] : [])));
  return { blockedWords: [...refused], heldWords: [...held] };
}

/** Throws VALIDATION_FAILED. */
export function requireOwnPicture(ctx: Context, url: string | null | undefined): void {
  if (url && !isOwnMediaUrl(ctx.config, url))
    throw httpError('VALIDATION_FAILED', {
      details: [{ path: 'thumbnail', message: 'must be an image that was uploaded here' }],
    });
}

/** Sends no event if nothing changes. Throws CHANGED_MEANWHILE. */
export async function changeChannel(ctx: Context, creatorId: string, change: Change): Promise<ChannelState> {
  const { alongside = [], stream = {}, events = () => [] } = change;
  return untilUnchanged(async () => {
    const state = await ownChannelState(ctx, creatorId);
    const isNews =
      isChange(state.channel, change.channel) ||
      [state.live, state.prepared].some((row) => row !== undefined && isChange(row, stream));
    if (!isNews) return state;
    const changed = { ...change.channel, updatedAt: laterThan(ctx, state.channel) };
    const channel = { ...state.channel, ...changed };
    const live = state.live && changeStream(ctx, state.live, stream);
    const prepared = state.prepared && changeStream(ctx, state.prepared, stream);
    const open = [live, prepared].filter((one) => one !== undefined);
    await commit(
      ctx,
      [
        requireSameStreams(ctx, state),
        changeSettings(ctx, state.channel, changed),
        requireChange(ctx),
        ...open.flatMap(({ statements }) => statements),
        ...alongside,
      ],
      {
        events: [...open.map(({ row }) => setupEvent(row, channel, announcedChanges(stream))), ...events(channel)],
        refusals: STREAM_RACES,
      },
    );
    return { channel, live: live?.row, prepared: prepared?.row };
  });
}

function delaySeconds({ isChatDelayed, chatDelaySeconds }: z.output<typeof ChatSettings>): number | undefined {
  if (chatDelaySeconds !== undefined) return chatDelaySeconds;
  return isChatDelayed === undefined ? undefined : isChatDelayed ? DELAY_SECONDS_DEFAULT : 0;
}

function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>; // the type of what the filter leaves
  };
}
