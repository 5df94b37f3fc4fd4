/** Where a message shows emotes of the channel. Pure rules. */
import type { Emote, EmoteRange, Relation } from '@/contracts/room';

const NAME_BETWEEN_COLONS = /:([A-Za-z0-9]{3,25}):/g;
const BLANKS_AND_EMOJI = /^(?:\s|\p{RGI_Emoji})*$/v;

/** By name. */
export type Emotes = ReadonlyMap<string, Emote>;

/** Whether the writer may use emotes for subscribers. */
export function mayUseAllEmotes({ creator, moderator, subscriber }: Relation): boolean {
  return creator || moderator || subscriber;
}

/** @param mayUseAll whether the writer may use emotes for subscribers */
export function placeEmotes(text: string, emotes: Emotes, mayUseAll: boolean): EmoteRange[] {
  if (emotes.size === 0 || !text.includes(':')) return [];
  const ranges: EmoteRange[] = [];
  NAME_BETWEEN_COLONS.lastIndex = 0;
  for (let match = NAME_BETWEEN_COLONS.exec(text); match; match = NAME_BETWEEN_COLONS.exec(text)) {
    const emote = emotes.get(match[1] ?? '');
    if (emote && (mayUseAll || !emote.subscribersOnly)) {
      const { id, name, url } = emote;
      ranges.push({ id, name, url, start: match.index, end: NAME_BETWEEN_COLONS.lastIndex });
    } else NAME_BETWEEN_COLONS.lastIndex -= 1; // its closing colon may open the next one
  }
  return ranges;
}

/** Whether the text is nothing but emotes of the channel and emoji. */
export function isOnlyEmotes(text: string, placed: readonly EmoteRange[]): boolean {
  const rest = placed.reduceRight((left, { start, end }) => `${left.slice(0, start)} ${left.slice(end)}`, text);
  return BLANKS_AND_EMOJI.test(rest);
}
