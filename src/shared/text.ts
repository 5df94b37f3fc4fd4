/** What makes two texts the same, and which texts people may write. */

/** Two e-mail addresses or names that differ only in case or Unicode form are the same. */
export function fold(text: string): string {
  return text.trim().normalize('NFKC').toLowerCase();
}

/** Control characters but tab and line breaks; and the bidirectional overrides that let a text lie about its order. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

export function hasControlCharacters(text: string): boolean {
  return CONTROL.test(text);
}

/** Characters as a reader counts them in code points, not UTF-16 units. */
export function countCharacters(text: string): number {
  return [...text].length;
}
