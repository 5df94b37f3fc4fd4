/** What a DJ is told about their tracks. */
import type { OutboxEvent } from '@/contracts/messages';
import { noticeTo } from '@/contracts/notification-data';
import type { RejectionReason, TrackRow } from './tables';

type Named = Pick<TrackRow, 'id' | 'djId' | 'title'>;

export function tellReady({ id, djId, title }: Named): OutboxEvent {
  return noticeTo(djId, 'track-ready', { trackId: id, trackTitle: title });
}

export function tellRejected({ id, djId, title }: Named, because: RejectionReason): OutboxEvent {
  const kind = because === 'infected' ? 'track-infected' : 'track-rejected';
  return noticeTo(djId, kind, { trackId: id, trackTitle: title, because });
}
