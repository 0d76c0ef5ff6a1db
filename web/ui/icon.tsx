import { type IconName, iconPaths } from './icon-paths.ts'
import './icon.css'

export type { IconName } from './icon-paths.ts'

/** Screen readers ignore it: words beside it, or the label around it, say the same. */
export function Icon({ name, size = 16 }: { name: IconName; size?: 12 | 14 | 16 | 20 | 24 | 32 }) {
  return (
    <svg className={`icon icon-${name}`} width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path d={iconPaths[name]} />
    </svg>
  )
}
