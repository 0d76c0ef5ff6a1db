/** The screen that an address names. */
export type Screen = 'connect' | 'choose' | 'run' | 'compare' | 'safety' | 'jobs' | 'config'

export interface Route {
  screen: Screen | 'start' | 'unknown'
  jobId: string | null
}

const plain: Readonly<Record<string, Route['screen']>> = {
  '/': 'start',
  '/connect': 'connect',
  '/choose': 'choose',
  '/run': 'run',
  '/compare': 'compare',
  '/safety': 'safety',
  '/jobs': 'jobs',
}

export function routeOf(path: string): Route {
  const screen = plain[path]
  if (screen) return { screen, jobId: null }
  const ofJob = /^\/jobs\/([^/]+)\/(run|compare|safety|config)$/.exec(path)
  if (!ofJob?.[1]) return { screen: 'unknown', jobId: null }
  return { screen: ofJob[2] as Screen, jobId: decodeURIComponent(ofJob[1]) }
}

export function jobPath(screen: 'run' | 'compare' | 'safety' | 'config', jobId: string): string {
  return `/jobs/${encodeURIComponent(jobId)}/${screen}`
}

export function targetPath(jobId: string, targetId: string): string {
  return `${jobPath('compare', jobId)}?target=${encodeURIComponent(targetId)}`
}
