/** Least widths of a card in pixels. */
export const cellSizes = {
  small: { poster: 96, still: 168 },
  medium: { poster: 144, still: 240 },
  large: { poster: 216, still: 336 },
} as const

/** Below the picture: the title, and a line about it. */
export const cardWordsPx = 52
