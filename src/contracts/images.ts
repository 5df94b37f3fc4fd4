/** The port of what draws pictures. */

export interface Images {
  /** At most this wide, never enlarged. Nothing if it is no picture. One call of the binding. Throws IMAGES_UNAVAILABLE. */
  draw(bytes: Uint8Array, widthMax: number): Promise<Uint8Array | undefined>;
}
