/** Asks the door for a caller: reads the stream and what the caller is to it, in two statements, and judges once. */
import type { Context } from '@/context';
import type { RoomViewer } from '@/room/api';
import type { Viewer } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { judgeAdmission, mayStay } from './admission';
import { streamError } from './errors';
import { type FoundStream, getStream, type StreamName } from './find';
import { signGuestToken } from './pass';
import { findRoomStanding, type RoomStanding } from './standing';

export interface Admitted {
  readonly found: FoundStream;
  /** Nothing for a guest. */
  readonly standing: RoomStanding | undefined;
}

/** For whoever wants in: the room, the video, the chat. Throws what `judgeAdmission` refuses. */
export function admit(ctx: Context, name: StreamName, viewer: Viewer): Promise<Admitted> {
  return ask(ctx, name, viewer, judgeAdmission);
}

/** For whoever wants to read what is, or was, in the room. */
export function admitToRead(ctx: Context, name: StreamName, viewer: Viewer): Promise<Admitted> {
  return ask(ctx, name, viewer, mayStay);
}

async function ask(ctx: Context, name: StreamName, viewer: Viewer, judge: typeof judgeAdmission): Promise<Admitted> {
  const found = await getStream(ctx, name, viewer);
  const standing = viewer?.kind === 'user' ? await findRoomStanding(ctx, found.stream.id, viewer.userId) : undefined;
  const refusal = judge(found.stream, standing);
  if (refusal) throw streamError(refusal);
  return { found, standing };
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
