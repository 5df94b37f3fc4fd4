/** The rest of the Worker reaches rooms through this file. No other code knows which object a room is. */
import type { Env } from '@/config';
import type { Pass, Room, Rooms } from '@/contracts/room';
import type { RoomFigures } from '@/contracts/room-figures';
import type { Maintenance } from '@/shared/maintenance';

/**
 * Only the Worker sets these. An upgrade is forwarded with them and the handshake's headers, and none of the client's
 * others.
 */
export const PASS_HEADER = 'x-footlight-pass';
export const SINCE_HEADER = 'x-footlight-since';
export const MAINTENANCE_HEADER = 'x-footlight-maintenance';
const HANDSHAKE_HEADERS = ['upgrade', 'connection', 'sec-websocket-key', 'sec-websocket-version'];

export function openRooms(namespace: Env['ROOMS']): Rooms {
  return (roomId): Room => {
    const stub = namespace.get(namespace.idFromName(roomId));
    return {
      apply: (commandId, command) => stub.apply(commandId, command),
      say: (user, draft) => stub.say(user, draft),
      approveWords: (user, key, text) => stub.approveWords(user, key, text),
      history: (before, limit) => stub.history(before, limit),
      deleteMessage: (messageId, byUserId, mayDeleteAny) => stub.deleteMessage(messageId, byUserId, mayDeleteAny),
      heldMessages: (after, limit) => stub.heldMessages(after, limit),
      heldAuthor: (messageId) => stub.heldAuthor(messageId),
      resolveHeld: (messageId, action, by) => stub.resolveHeld(messageId, action, by),
      pin: (by, what) => stub.pin(by, what),
      unpin: () => stub.unpin(),
      startPoll: (by, poll) => stub.startPoll(by, poll),
      endPoll: (pollId) => stub.endPoll(pollId),
      vote: (user, pollId, option) => stub.vote(user, pollId, option),
      moderate: (byUserId, action) => stub.moderate(byUserId, action),
      messagesOf: (userId, afterSeq, limit) => stub.messagesOf(userId, afterSeq, limit),
      newestMessagesOf: (userIds, limitEach) => stub.newestMessagesOf(userIds, limitEach),
      saidAround: (id, each) => stub.saidAround(id, each),
      timeOuts: () => stub.timeOuts(),
      moderationLog: (before, limit) => stub.moderationLog(before, limit),
      viewers: () => stub.viewers(),
      program: () => stub.program(),
      screen: (user, act) => stub.screen(user, act),
      screeningViewers: () => stub.screeningViewers(),
      viewerCount: () => stub.viewerCount(),
      takeVideoSlot: ({ kind, id, address }, slots) => stub.takeVideoSlot({ kind, id, address }, slots),
      clickProduct: ({ kind, id }, productId) => stub.clickProduct({ kind, id }, productId),
      productClicks: () => stub.productClicks(),
      viewersFrom: (regions) => stub.viewersFrom(regions),
      presentAmong: (userIds) => stub.presentAmong(userIds),
      tell: (userIds, event) => stub.tell(userIds, event),
      leave: (viewer) => stub.leave(viewer),
      figures: () => stub.figures() as Promise<unknown> as Promise<RoomFigures>, // RPC's types lose tuples
      connect: (request, pass, since, maintenance) => connect(stub, request, { pass, since, maintenance }),
    };
  };
}

interface Entry {
  readonly pass: Pass;
  readonly since: number | null;
  readonly maintenance: Maintenance | undefined;
}

async function connect(stub: Fetcher, request: Request, { pass, since, maintenance }: Entry): Promise<Response> {
  if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket')
    return new Response('This is a WebSocket.', { status: 426, headers: { upgrade: 'websocket' } });
  const headers = new Headers();
  for (const name of HANDSHAKE_HEADERS) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  headers.set(PASS_HEADER, encodeURIComponent(JSON.stringify(pass))); // names may not be Latin-1
  if (maintenance) headers.set(MAINTENANCE_HEADER, encodeURIComponent(JSON.stringify(maintenance)));
  if (since !== null) headers.set(SINCE_HEADER, String(since));
  return stub.fetch(request.url, { headers });
}
