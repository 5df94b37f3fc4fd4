/**
 * Finds what is reported, as its reporter sees it, with the evidence: its text, the messages around it, its files.
 * A reporter who cannot read a target cannot report it.
 */
import { and, eq, isNotNull, isNull } from 'drizzle-orm';
import type { ChatMessage } from '@/contracts/chat-message';
import type { Context } from '@/contracts/context';
import { findKeyIn } from '@/domains/base/media/keys';
import { users } from '@/domains/base/users/tables';
import { profileNamedTo } from '@/domains/base/visibility/people';
import { getComment } from '@/domains/content/posts/find-comment';
import { getPost } from '@/domains/content/posts/find-post';
import { admitToRead } from '@/domains/live/rooms/admit';
import { getStream } from '@/domains/live/streams/find';
import { findTrackToReport } from '@/domains/live/tracks/to-report';
import { getRoom } from '@/domains/live/user-rooms/access';
import { giftsSent } from '@/domains/money/gifts/tables';
import { getProduct } from '@/domains/money/products/find';
import { variantsOf } from '@/domains/money/products/present';
import { creatorProfiles } from '@/domains/people/creators/tables';
import { djProfiles } from '@/domains/people/djs/tables';
import { AppError } from '@/http/errors';
import type { Actor } from '@/shared/actor';
import { sha256 } from '@/shared/crypto';
import { formatMinor } from '@/shared/currency';
import { reportError } from './errors';
import type { Evidence, Neighbour, ReportTarget } from './tables';

/** On either side of a message. */
const NEIGHBOURS_EACH = 5;

export interface Reported {
  readonly targetType: ReportTarget;
  readonly targetId: string;
  readonly streamId: string | null;
  readonly subjectId: string;
  readonly evidence: Evidence;
  /** Equal for the same content. */
  readonly fingerprint: string;
}

interface Asked {
  readonly targetType: ReportTarget;
  readonly targetId: string;
  readonly streamId?: string | undefined;
}

/** What one kind of target shows. */
interface Seen {
  readonly subjectId: string;
  readonly streamId?: string | null;
  readonly text: string;
  readonly neighbours?: readonly Neighbour[];
  readonly media?: readonly string[];
}

/** Throws REPORT_TARGET_NOT_FOUND. */
export async function findReported(ctx: Context, actor: Actor, asked: Asked): Promise<Reported> {
  const seen = await look(ctx, actor, asked).catch((error) => {
    if (error instanceof AppError && error.status < 500) throw reportError('REPORT_TARGET_NOT_FOUND');
    throw error;
  });
  const { subjectId, streamId = null, text, neighbours = [], media = [] } = seen;
  const { targetType, targetId } = asked;
  return {
    ...{ targetType, targetId, streamId, subjectId },
    evidence: { text, neighbours, media, takenAt: ctx.now() },
    fingerprint: sha256(JSON.stringify([text, media])),
  };
}

function look(ctx: Context, actor: Actor, { targetType, targetId, streamId }: Asked): Promise<Seen> {
  switch (targetType) {
    case 'user':
      return lookAtUser(ctx, actor, targetId);
    case 'stream':
      return lookAtStream(ctx, actor, targetId);
    case 'post':
      return lookAtPost(ctx, actor, targetId);
    case 'comment':
      return lookAtComment(ctx, actor, targetId);
    case 'message':
      return lookAtMessage(ctx, actor, targetId, streamId ?? '');
    case 'gift':
      return lookAtGift(ctx, actor, targetId);
    case 'room':
      return lookAtRoom(ctx, actor, targetId);
    case 'track':
      return lookAtTrack(ctx, actor, targetId);
    case 'product':
      return lookAtProduct(ctx, actor, targetId);
  }
}

/** A public image by its URL, if it is one of ours. */
const imageOf = (ctx: Context, url: string | null) => (url === null ? [] : [findKeyIn(ctx.config, url) ?? []].flat());

async function lookAtUser(ctx: Context, actor: Actor, id: string): Promise<Seen> {
  const found = await ctx.db
    .select({ row: users, genres: djProfiles.genres, creatorBio: creatorProfiles.bio })
    .from(users)
    .leftJoin(djProfiles, eq(djProfiles.userId, users.id))
    .leftJoin(creatorProfiles, eq(creatorProfiles.userId, users.id))
    .where(and(eq(users.id, id), profileNamedTo(actor)))
    .get();
  if (!found) throw reportError('REPORT_TARGET_NOT_FOUND');
  const { row, genres, creatorBio } = found;
  const links = row.links.map(({ label, url }) => `${label}: ${url}`);
  // The names are the first two lines: `namelessEvidence` drops those.
  const names = [...new Set([row.displayName, row.stageName ?? row.displayName])].join(' · ');
  // While a stage identity is on, nobody sees the bio and the links of the account.
  const own = row.accountUsername === null ? [row.bio, creatorBio, ...links] : [];
  const text = [names, `@${row.username}`, ...own, row.stageBio, genres?.join(', ')].filter(Boolean).join('\n');
  return { subjectId: id, text, media: imageOf(ctx, row.avatarUrl) };
}

async function lookAtStream(ctx: Context, actor: Actor, id: string): Promise<Seen> {
  const { stream } = await getStream(ctx, { id }, actor);
  const text = [stream.title, stream.category, stream.description].filter(Boolean).join('\n');
  return { subjectId: stream.creatorId, text, media: imageOf(ctx, stream.thumbnailUrl) };
}

async function lookAtPost(ctx: Context, actor: Actor, id: string): Promise<Seen> {
  const { post, media } = await getPost(ctx, actor, id);
  const files = JSON.parse(media) as { position: number; key: string }[]; // written by postColumns
  const keys = files.toSorted((one, other) => one.position - other.position).map(({ key }) => key);
  return { subjectId: post.authorId, text: post.text, media: keys };
}

async function lookAtComment(ctx: Context, actor: Actor, id: string): Promise<Seen> {
  const { comment } = await getComment(ctx, actor, id);
  return { subjectId: comment.authorId, text: comment.text };
}

async function lookAtMessage(ctx: Context, actor: Actor, id: string, streamId: string): Promise<Seen> {
  await admitToRead(ctx, { id: streamId }, actor);
  const said = await ctx.rooms(streamId).saidAround(id, NEIGHBOURS_EACH);
  if (!said?.message) throw reportError('REPORT_TARGET_NOT_FOUND');
  const { userId, text } = said.message;
  return { subjectId: userId, streamId, text, neighbours: said.neighbours.map(neighbourOf) };
}

/** Everyone in the room sees a gift's words. Outside of a room only its recipient does. */
async function lookAtGift(ctx: Context, actor: Actor, id: string): Promise<Seen> {
  const gift = await ctx.db
    .select()
    .from(giftsSent)
    .where(and(eq(giftsSent.id, id), isNotNull(giftsSent.message), isNull(giftsSent.wordsHiddenAt)))
    .get();
  if (!gift?.message) throw reportError('REPORT_TARGET_NOT_FOUND');
  const { senderId: subjectId, message: text } = gift;
  const streamId = gift.streamId ?? gift.roomId;
  const isParty = [gift.recipientId, gift.senderId].includes(actor.userId);
  if (streamId === null) {
    if (!isParty) throw reportError('REPORT_TARGET_NOT_FOUND');
    return { subjectId, text };
  }
  if (!isParty) await admitToRead(ctx, { id: streamId }, actor);
  const said = await ctx.rooms(streamId).saidAround(id, NEIGHBOURS_EACH);
  if (!said && !isParty) throw reportError('REPORT_TARGET_NOT_FOUND');
  return { subjectId, streamId, text, neighbours: (said?.neighbours ?? []).map(neighbourOf) };
}

/** The case is about the author of the title, also after the room was handed over. */
async function lookAtRoom(ctx: Context, actor: Actor, id: string): Promise<Seen> {
  const { room, people } = await getRoom(ctx, actor, id);
  const stage = people.speakers.map(({ username }) => `@${username}`).join(', ');
  const text = [room.title, room.topic, stage && `On the stage: ${stage}`].filter(Boolean).join('\n');
  return { subjectId: room.titledBy, text };
}

/** Its file is held, so that staff can hear what was reported. */
async function lookAtTrack(ctx: Context, actor: Actor, id: string): Promise<Seen> {
  const track = await findTrackToReport(ctx, actor, id);
  if (!track) throw reportError('REPORT_TARGET_NOT_FOUND');
  const { djId, title, artist, album, key, coverKey } = track;
  const text = [title, artist, album].filter(Boolean).join('\n');
  return { subjectId: djId, text, media: [key, coverKey].filter((file) => file !== null) };
}

/** With its price and options. The file that buyers download stays theirs. */
async function lookAtProduct(ctx: Context, actor: Actor, id: string): Promise<Seen> {
  const found = await getProduct(ctx, actor, id);
  const { sellerId, title, category, description, priceMinor, currency, imageKeys } = found.product;
  const options = variantsOf(found).map((variant) => Object.values(variant.options).join(', '));
  const text = [title, category, formatMinor(priceMinor, currency), options.filter(Boolean).join(' · '), description];
  return { subjectId: sellerId, text: text.filter(Boolean).join('\n'), media: imageKeys };
}

function neighbourOf({ id, userId, username, displayName, text, at }: ChatMessage): Neighbour {
  return { id, userId, username, displayName, text, at };
}
