/** A room's refusal as the error that HTTP answers. */
import type { RoomRefusal } from '@/contracts/room';
import type { AppError } from '@/http/errors';
import { SECOND_MS } from '@/shared/time';
import { roomError } from './errors';

export function refusalOf({ code, message, retryAfterMs, reason, decided }: RoomRefusal): AppError {
  const details = {
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(reason === undefined ? {} : { reason }),
    ...decided,
  };
  return roomError(code, {
    message,
    ...(Object.keys(details).length > 0 ? { details } : {}),
    ...(retryAfterMs === undefined ? {} : { headers: { 'Retry-After': String(Math.ceil(retryAfterMs / SECOND_MS)) } }),
  });
}
