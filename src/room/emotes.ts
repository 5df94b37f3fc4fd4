/** Where a message shows emotes of the channel. Pure rules. */
import type { Emote, EmoteRange } from '@/contracts/chat-message';
import type { Relation } from '@/contracts/room';

const NAME_BETWEEN_COLONS = /:([A-Za-z0-9]{3,25}):/g;
/**
 * One emoji at a time, also as keyboards write them without variation selectors. NOTE: not repeated within the pattern:
 * a hand with a skin tone is one emoji or two, so a long row of them could be read in more ways than a room has time for.
 */
const EMOJI = /\p{RGI_Emoji}|\p{Extended_Pictographic}|[0-9#*]\u{fe0f}?\u{20e3}/gv;
const JOINERS = /[\u{200d}\u{fe0e}\u{fe0f}]/gu;

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
  return rest.replaceAll(EMOJI, '').replaceAll(JOINERS, '').trim() === '';
}
