/**
 * Whether a text holds something that leads elsewhere: a URL, a domain without a scheme, an email address or an IP address.
 * A domain counts by its ending, as registered with IANA. Reads the text once.
 */
import endings from 'tlds';
import { foldLetters } from './blocked-words';

const ENDINGS = new Set(endings);
const SCHEME = /\p{L}:\/\/[^\s/]/u;
const MAIL = /mailto:\S/u;
/** Dots of other scripts that browsers read as one, or that look like one. */
const DOTS = /[\u3002\uff0e\uff61\u2024]/g;
/** These stand between letters in some languages, so they count only between Latin letters. */
const MIDDLE_DOTS = /(?<=[a-z0-9])[\u00b7\u2027\u2219\u22c5\u0701\u0702\ua4f8](?=[a-z0-9])/g;
const INVISIBLE = /\p{Default_Ignorable_Code_Point}+/gu;
/** What a host name is made of, and the blanks of no width that a reader does not see. */
const HOST = /[\p{L}\p{M}\p{N}.-]+/gu;
const PUNYCODE = /^xn--[a-z0-9-]+$/;
const LATIN_LETTER = /[a-z]/;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;
const IP_NUMBER = /^(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/;
const LABELS_OF_IP = 4;

export function hasLink(text: string): boolean {
  const plain = text
    .replace(INVISIBLE, '')
    .toLowerCase()
    .replace(DOTS, '.')
    .replace(MIDDLE_DOTS, '.')
    .normalize('NFKC');
  if (SCHEME.test(plain) || MAIL.test(plain)) return true;
  return (plain.match(HOST) ?? []).some((run) => isHost(run.split('.')));
}

/** Looks at every two neighbours: the sentence goes on behind a link, often without a blank. */
function isHost(labels: readonly string[]): boolean {
  if (isIpAddress(labels)) return true;
  return labels.some((label, at) => {
    const before = labels[at - 1];
    if (before === undefined || !LETTER_OR_DIGIT.test(before)) return false;
    if (before === 'www') return LETTER_OR_DIGIT.test(label);
    // Letters that look like those of an ending count as them, but not in a sentence of another script.
    return isEnding(label) || (LATIN_LETTER.test(before + label) && isEnding(foldLetters(label)));
  });
}

function isEnding(label: string): boolean {
  return ENDINGS.has(label) || PUNYCODE.test(label);
}

function isIpAddress(labels: readonly string[]): boolean {
  return labels.some((_, at) => {
    const four = labels.slice(at, at + LABELS_OF_IP);
    return four.length === LABELS_OF_IP && four.every((label) => IP_NUMBER.test(label));
  });
}
