/**
 * An answer of Plex that cannot be filtered with certainty: cut off, not a MediaContainer, or past a limit.
 * It becomes an error to Kometa, never a short list that looks whole.
 */
export class ListingFault extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ListingFault'
  }
}

/**
 * Bytes of one element or of the container's opening tag at most: real items are 1 to 30 KB, shows with long casts 200
 * KB.
 */
export const maxElementBytes = 16 * 1024 * 1024

/** What a scanner tells of each child of the container, in Plex's order. */
export interface ElementSink {
  /**
   * `bytes.subarray(start, end)` is the element verbatim; it is valid during the call only. `ratingKey` is null for
   * what is no item.
   */
  element(bytes: Buffer, start: number, end: number, ratingKey: string | null): void
}

/** Cuts the children of a MediaContainer out of a byte stream in whatever chunks it comes. Throws ListingFault. */
export interface ElementScanner<Container> {
  push(chunk: Uint8Array): void
  /** The container around the elements; throws if the answer was cut off. */
  end(): Container
}
