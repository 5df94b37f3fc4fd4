/** A pure rule for who controls a screening: plays, pauses, seeks and skips. Starting and stopping are the host's. */
import type { ScreeningControl } from '@/contracts/room-command';

interface Party {
  readonly isHost: boolean;
  readonly isSpeaker: boolean;
}

/** @param control the host's choice; streams have none, and only their creator controls a screening there */
export function mayControl(control: ScreeningControl, { isHost, isSpeaker }: Party): boolean {
  switch (control) {
    case 'host':
      return isHost;
    case 'speakers':
      return isHost || isSpeaker;
    case 'everyone':
      return true;
  }
}
