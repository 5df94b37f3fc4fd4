/** What a DJ is told about their tracks. */
import type { OutboxEvent } from '@/contracts/messages';
import type { NotificationKind } from '@/contracts/notification-kinds';
import type { RejectionReason, TrackRow } from './tables';

/** What happened, and what the DJ can do. */
const REASONS: Readonly<Record<RejectionReason, string>> = {
  duplicate: 'Your library already has this file.',
  mislabelled: 'The file’s content does not match its type. Export it again as MP3, M4A, FLAC, Ogg or WAV.',
  damaged: 'The file is damaged and cannot be read. Export it again.',
  truncated: 'The file ends before its sound does. Upload it again.',
  'no-duration': 'The file does not say how long it is. Export it again.',
  'tags-too-large': 'The tags of this file are too large. Remove large pictures from them.',
  infected: 'The virus scanner found something in it, so we deleted it.',
  'too-large-to-scan': 'The file is too large for the virus scanner. Upload a smaller one.',
  claimed:
    'You deleted this file while a claim about it was open. You can upload it again once the claim is dismissed.',
};

type Named = Pick<TrackRow, 'id' | 'djId' | 'title'>;

export function tellReady(track: Named): OutboxEvent {
  return tell(track, 'track-ready', 'Your track is ready', `You can play ${track.title} now.`);
}

export function tellRejected(track: Named, reason: RejectionReason): OutboxEvent {
  const body = `${track.title}: ${REASONS[reason]}`;
  return reason === 'infected'
    ? tell(track, 'track-infected', 'We deleted an infected track', body)
    : tell(track, 'track-rejected', 'We could not accept your track', body);
}

function tell({ id, djId }: Named, kind: NotificationKind, title: string, body: string): OutboxEvent {
  return { kind: 'notify', notification: { userId: djId, kind, title, body, data: { trackId: id } } };
}
