/** Beats per minute, to hundredths. */
export function roundTempo(bpm: number): number {
  return Math.round(bpm * 100) / 100;
}
