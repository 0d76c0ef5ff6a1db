import type { AnchorHTMLAttributes } from 'react'
import { followLink } from '../core/router.ts'

/** A link inside the application. */
export function Link({ href, onClick, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  return (
    <a
      href={href}
      onClick={(event) => {
        onClick?.(event)
        followLink(event)
      }}
      {...rest}
    />
  )
}
