/**
 * A chat message as a room's calls carry it, and what stands in it or is made of it. Fields that events have too come
 * from the events' schemas.
 */
import type { z } from '@hono/zod-openapi';
import type { HeldAction, HeldReason } from './chat-rules';
import type { BADGES, MessageShape, PinShape } from './room-events/chat';

type MessageFields = Readonly<z.infer<typeof MessageShape>>;

export type Badge = (typeof BADGES)[number];

/** Where a text names someone in the room, from the `@` to the end of the name. */
export type Mention = Readonly<NonNullable<MessageFields['mentions']>[number]>;

/** Where a text shows an emote, with its colons. */
export type EmoteRange = Readonly<NonNullable<MessageFields['emotes']>[number]>;

/** A part of a text, in UTF-16 code units: `text.slice(start, end)`. */
export type TextRange = Pick<Mention, 'start' | 'end'>;

/** The message that another one answers, as it was when the answer was written. */
export type RepliedTo = Readonly<NonNullable<MessageFields['replyTo']>>;

/** An emote of the room's channel. A writer types its name between colons. */
export interface Emote {
  readonly id: string;
  readonly name: string;
  /** The widest image. */
  readonly url: string;
  readonly subscribersOnly: boolean;
}

/** A chat message as a client sends it. */
export interface Draft {
  /** The client's own id of the message: a repeat returns the same message. */
  readonly clientId: string;
  readonly text: string;
  /** The id of the message that it answers. */
  readonly replyTo?: string | undefined;
}

export interface ChatMessage extends Omit<MessageFields, 'at'> {
  /** The room's number for it; null while the message waits. */
  readonly seq: number | null;
  /** Milliseconds. */
  readonly at: number;
  /** Why nobody else sees it yet. Never stored with the message. */
  readonly held?: HeldReason;
}

export interface HeldMessage extends ChatMessage {
  readonly reason: HeldReason;
  /** When (ms) it is shown if nobody decides; null if it waits for a decision. */
  readonly releaseAt: number | null;
}

export interface HeldDecision {
  readonly messageId: string;
  readonly action: HeldAction;
  readonly by: string;
  /** Milliseconds. */
  readonly at: number;
  /** The number of the message that was let through; null if it was dropped. */
  readonly seq: number | null;
}

/** What is pinned: either a message or an announcement. */
export type Pin = Readonly<z.infer<typeof PinShape>>;

export type PinnedMessage = Readonly<NonNullable<Pin['message']>>;

/** A text that a moderator shows to everyone, apart from the chat. Its author stands there as in a message. */
export type Announcement = Readonly<NonNullable<Pin['announcement']>>;

/** What to pin: a message that everyone sees, or an announcement. */
export type ToPin = { readonly messageId: string } | { readonly text: string };
