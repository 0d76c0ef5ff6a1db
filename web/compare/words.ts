import type { ImageRef, StudioTarget } from '../../src/contract/api/api.ts'
import { bytes, count } from '../core/format.ts'

export const beforeAlt = ({ title }: Pick<StudioTarget, 'title'>): string => `${title}, before`

/** "Metropolis, after: 3 overlays". */
export function afterAlt({ title, overlays }: Pick<StudioTarget, 'title' | 'overlays'>): string {
  return `${title}, after${overlays.length > 0 ? `: ${count(overlays.length, 'overlay')}` : ''}`
}

/** `WEBP 1000 × 1500 · 49 KB`. */
export function pictureFacts({ type, width, height, bytes: size }: ImageRef): string {
  const pixels = width && height ? ` ${width} × ${height}` : ''
  return `${type.toUpperCase()}${pixels} · ${bytes(size)}`
}

export function realRunWords({ would, why }: NonNullable<StudioTarget['realRun']>): string {
  const words = { draw: 'drawn', skip: 'skipped', unknown: 'not known whether Kometa draws it' }
  return `${words[would]}: ${why}`
}
