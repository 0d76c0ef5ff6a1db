export const wallSizes = ['small', 'medium', 'large'] as const

export type WallSize = (typeof wallSizes)[number]
