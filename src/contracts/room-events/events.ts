/**
 * Every event that a room sends, by its name: its schema, and a sentence. The types of what the room writes, the
 * AsyncAPI document and the check of every frame in the tests come from here.
 */
import type { z } from '@hono/zod-openapi';
import { chatEvents, heldEvents, passingChatEvents, pinEvents, pollEvents } from './chat';
import { cinemaEvents } from './cinema';
import { kickEvents, moderationEvents, moderatorEvents } from './moderation';
import { sessionEvents } from './session';
import { shopEvents, stockEvents } from './shop';
import { creatorEvents, showEvents } from './show';
import { privateStageEvents, stageEvents } from './stage';
import { supportEvents } from './support';

/** They are stored, and carry the room's `seq`: strictly rising, without gaps. */
export const durableEvents = {
  ...chatEvents,
  ...pinEvents,
  ...pollEvents,
  ...moderationEvents,
  ...showEvents,
  ...shopEvents,
  ...cinemaEvents,
  ...stageEvents,
} as const;

/** They are not stored: whoever is away misses them. */
export const passingEvents = {
  ...passingChatEvents,
  ...heldEvents,
  ...stockEvents,
  ...creatorEvents,
  ...privateStageEvents,
  ...kickEvents,
  ...moderatorEvents,
  ...supportEvents,
  ...sessionEvents,
} as const;

export const roomEvents = { ...durableEvents, ...passingEvents } as const;

export type EventName = keyof typeof roomEvents;
type BodyOf<K extends EventName> = z.input<(typeof roomEvents)[K][0]>;
/** An event as it is written: a durable one without its `seq`. */
export type RoomEventBody = Readonly<{ [K in EventName]: BodyOf<K> }[EventName]>;
export type EventBody<K extends EventName> = Readonly<BodyOf<K>>;

/** The only way in which the room writes an event: no event leaves that has no schema. */
export function writeEvent(event: RoomEventBody): string {
  return JSON.stringify(event);
}
