/** A daily limit as the configuration writes it: `300/60` is 300 a day, and 60 on an account's first day. */
export interface DailyLimit {
  readonly aDay: number;
  readonly onFirstDay: number;
}

const SIZES: Readonly<Record<string, number>> = { GB: 1_024 ** 3, MB: 1_024 ** 2 };
/** Also `10GB/1GB`. An amount without a unit counts items or bytes. */
const PATTERN = /^(\d{1,12})(GB|MB)?\/(\d{1,12})(GB|MB)?$/;

/** Undefined if the text has another form. */
export function parseDailyLimit(text: string): DailyLimit | undefined {
  const [match, aDay, unit = '', onFirstDay, firstUnit = ''] = PATTERN.exec(text) ?? [];
  if (match === undefined) return undefined;
  return { aDay: Number(aDay) * (SIZES[unit] ?? 1), onFirstDay: Number(onFirstDay) * (SIZES[firstUnit] ?? 1) };
}

/** `1 GB`, `1.5 MB`, `512 bytes`. */
export function sizeText(bytes: number): string {
  const [unit, size] = Object.entries(SIZES).find(([, least]) => bytes >= least) ?? ['bytes', 1];
  return `${Math.round((bytes / size) * 10) / 10} ${unit}`;
}
