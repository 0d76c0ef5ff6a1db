import type { StudioItem } from '../../../src/contract/api/api.ts'
import { keyOf } from '../../core/selection.ts'

/** The address that shows what is directly below an item. */
export const insidePath = (item: StudioItem): string => `/choose?${new URLSearchParams({ in: keyOf(item) })}`
