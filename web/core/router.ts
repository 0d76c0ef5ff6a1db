import { type MouseEvent, useMemo, useSyncExternalStore } from 'react'

/** The address holds the state, so that it can be sent to somebody. */
const listeners = new Set<() => void>()
const changed = () => {
  for (const listener of [...listeners]) listener()
}
window.addEventListener('popstate', changed)

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

const hrefNow = () => window.location.pathname + window.location.search

export function navigate(href: string, options: { replace?: boolean } = {}): void {
  if (href === hrefNow()) return
  if (options.replace) window.history.replaceState(window.history.state, '', href)
  else window.history.pushState(null, '', href)
  changed()
}

/** Changes some parameters of the address; null removes one. */
export function setQuery(
  values: Readonly<Record<string, string | readonly string[] | null>>,
  options: { replace?: boolean } = {},
): void {
  const query = new URLSearchParams(window.location.search)
  for (const [name, value] of Object.entries(values)) {
    query.delete(name)
    if (value === null || value === '') continue
    for (const one of typeof value === 'string' ? [value] : value) query.append(name, one)
  }
  const text = query.toString()
  navigate(window.location.pathname + (text ? `?${text}` : ''), options)
}

export interface Location {
  href: string
  path: string
  query: URLSearchParams
}

export function useLocation(): Location {
  const href = useSyncExternalStore(subscribe, hrefNow)
  return useMemo(() => {
    const [path = '/', query = ''] = href.split('?', 2)
    return { href, path, query: new URLSearchParams(query) }
  }, [href])
}

/** For `<a href>`: plain clicks stay in the application; the browser handles all others. */
export function followLink(event: MouseEvent<HTMLAnchorElement>): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return
  event.preventDefault()
  navigate(event.currentTarget.pathname + event.currentTarget.search)
}
