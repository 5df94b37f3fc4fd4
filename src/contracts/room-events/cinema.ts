/** Screenings, by the schemas of the API. */
import { ScreeningEvent } from '../screening';

const [started, synced, stopped, failed, queue] = ScreeningEvent.options;

export const cinemaEvents = {
  'cinema-started': [started, 'A video begins for everyone.'],
  'cinema-synced': [synced, 'The common position changed.'],
  'cinema-stopped': [stopped, 'The screening is over.'],
  'cinema-failed': [failed, 'The video does not play: for its host or most viewers, or for you.'],
  'cinema-queue': [queue, 'The videos that come next.'],
} as const;
