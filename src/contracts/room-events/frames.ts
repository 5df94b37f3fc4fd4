/** What a client sends, in a sentence each, and what it does when it missed too much. */
import type { Frame } from '../room-wire';

export const FRAME_PAGES: Readonly<Record<Frame['type'], string>> = {
  'join-session': 'Does nothing but answer: the pass has already joined.',
  'leave-session': 'Leaves: the socket closes with 1000.',
  'send-message': 'Writes in the chat. Its `id` is yours: sending it again makes no second message.',
  'resolve-held': 'From moderators: lets a message that waits through, or drops it.',
  vote: 'Votes in the poll that runs, or changes the vote.',
  'send-reaction': 'Reacts. Only counts are sent to the others.',
  'product-click': 'Counts a click on a product that the room offers, once per viewer and minute.',
  ping: 'Every 30 seconds, exactly `{"type":"ping"}`. With an `id` it brings a new resume pass: every 20 minutes is enough.',
  'cinema-sync': 'Sets the common position of a screening, from someone in control.',
  'cinema-state': 'Says whether your player can go on.',
  typing: 'In a support chat: you are typing.',
  read: 'In a support chat: you have read this message and all before it.',
};

/** What a client does at `resync`. It comes in the first frame only, right after `welcome`. */
export const RESYNC_STEPS: readonly string[] = [
  'Keep the socket: it is open, and everything from now on comes over it.',
  'Drop the messages, counts, showcase and screening that you show. `welcome`, in the same frame, has all of them anew, with the last 50 messages.',
  'Take the `seq` of the event as your last one. The next durable event is `seq + 1`.',
  'For older messages read the history backwards: `GET /stream/chat/{id}` in a stream, `GET /support/chat/messages` in a support chat. Leave out what you already show, by `id`.',
];
