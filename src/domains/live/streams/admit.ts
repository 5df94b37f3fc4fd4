/** Asks the door for a caller: reads the stream and what the caller is to it, in two statements, and judges once. */
import type { Context } from '@/contracts/context';
import type { RoomViewer } from '@/contracts/room';
import type { AppError } from '@/http/errors';
import type { Viewer } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { type AdmissionRefusal, judgeAdmission, mayStay } from './admission';
import { streamError } from './errors';
import { type FoundStream, getStream, type StreamName } from './find';
import { signGuestToken } from './pass';
import { findRoomRelation, type RoomRelation } from './relation';

export interface Admitted {
  readonly found: FoundStream;
  /** Nothing for a guest. */
  readonly standing: RoomRelation | undefined;
}

/** For whoever wants in: the room, the video, the chat. Throws what `judgeAdmission` refuses. */
export function admit(ctx: Context, name: StreamName, viewer: Viewer): Promise<Admitted> {
  return ask(ctx, name, viewer, judgeAdmission);
}

/** The same, with the ids of those whom the caller blocks. */
export function admitToJoin(ctx: Context, name: StreamName, viewer: Viewer): Promise<Admitted> {
  return ask(ctx, name, viewer, judgeAdmission, true);
}

/** For whoever wants to read what is, or was, in the room. */
export function admitToRead(ctx: Context, name: StreamName, viewer: Viewer): Promise<Admitted> {
  return ask(ctx, name, viewer, mayStay);
}

async function ask(
  ctx: Context,
  name: StreamName,
  viewer: Viewer,
  judge: typeof judgeAdmission,
  withBlocks = false,
): Promise<Admitted> {
  const standingIn = async (streamId: string) =>
    viewer?.kind === 'user' ? findRoomRelation(ctx, streamId, viewer.userId, withBlocks) : undefined;
  // By its id both are read at once, so that callers can wait for D1 once more.
  const early = 'id' in name ? standingIn(name.id) : undefined;
  const [found, known] = await Promise.all([getStream(ctx, name, viewer), early]);
  const standing = early ? known : await standingIn(found.stream.id);
  const refusal = judge(found.stream, standing);
  if (refusal) throw doorError(refusal, standing);
  return { found, standing };
}

/** Who is banned is told why. */
export function doorError(refusal: AdmissionRefusal, standing: RoomRelation | undefined): AppError {
  return streamError(refusal, refusal === 'BANNED' ? { details: { reason: standing?.banReason ?? null } } : {});
}

export interface Identity {
  readonly viewer: RoomViewer;
  /** For a guest who has none yet, or whose own is getting old: always a fresh one. */
  readonly guestToken: string | undefined;
}

/** Who is coming in. A guest without an id is given one, which the token makes theirs. */
export async function identityOf(ctx: Context, viewer: Viewer, { standing }: Admitted): Promise<Identity> {
  if (standing) return { viewer: standing.user, guestToken: undefined };
  const { guestId: id = newId(), unverified } = viewer?.kind === 'guest' ? viewer : {};
  const guest = { kind: 'guest', id, ...(unverified ? { unverified } : {}) } as const;
  return { viewer: guest, guestToken: await signGuestToken(ctx, id) };
}
