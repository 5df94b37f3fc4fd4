/** Ids are UUID v7: unique without asking anyone, and in the order of their making, so an index on them pages by time. */
import { v7 } from 'uuid';

export function newId(): string {
  return v7();
}
