/**
 * Every route of the studio's server: method and path template. This file has no schemas, so that the browser can
 * import it without zod; the schemas are in api.ts under the same names.
 */
export const apiPaths = {
  health: ['GET', '/api/health'],
  openapi: ['GET', '/api/openapi.json'],

  getSession: ['GET', '/api/session'],
  signIn: ['POST', '/api/session'],
  signOut: ['DELETE', '/api/session'],

  getState: ['GET', '/api/state'],
  /** SSE: changes outside a single job; see StudioEvent. */
  events: ['GET', '/api/events'],

  listFolder: ['GET', '/api/folders'],
  getConnection: ['GET', '/api/connection'],
  connect: ['POST', '/api/connection'],
  disconnect: ['DELETE', '/api/connection'],
  refreshConnection: ['POST', '/api/connection/refresh'],
  checkConfig: ['POST', '/api/connection/check'],
  configKeys: ['GET', '/api/config-keys'],
  getKometa: ['GET', '/api/kometa'],
  checkKometa: ['POST', '/api/kometa/check'],

  /** Every check of `kometa-preview doctor`; takes a few seconds. */
  getDoctor: ['GET', '/api/doctor'],

  getIndex: ['GET', '/api/index'],
  refreshIndex: ['POST', '/api/index/refresh'],
  listItems: ['GET', '/api/items'],
  itemFacets: ['GET', '/api/items/facets'],
  lookUpItems: ['POST', '/api/items/lookup'],
  resolveItems: ['POST', '/api/items/resolve'],
  sampleItems: ['POST', '/api/items/sample'],
  /** A WebP made from the picture of the item; `v` is the `thumb` of the item, `w` one of `thumbnailWidths`. */
  itemThumbnail: ['GET', '/api/thumbnails/{server}/{ratingKey}'],

  listSets: ['GET', '/api/sets'],
  createSet: ['POST', '/api/sets'],
  updateSet: ['PUT', '/api/sets/{setId}'],
  deleteSet: ['DELETE', '/api/sets/{setId}'],

  listJobs: ['GET', '/api/jobs'],
  startJob: ['POST', '/api/jobs'],
  pruneJobs: ['POST', '/api/jobs/prune'],
  getJob: ['GET', '/api/jobs/{jobId}'],
  updateJob: ['PATCH', '/api/jobs/{jobId}'],
  deleteJob: ['DELETE', '/api/jobs/{jobId}'],
  cancelJob: ['POST', '/api/jobs/{jobId}/cancel'],
  rerunJob: ['POST', '/api/jobs/{jobId}/rerun'],
  getJobConfig: ['GET', '/api/jobs/{jobId}/config'],
  getJobSafety: ['GET', '/api/jobs/{jobId}/safety'],
  getLogLines: ['GET', '/api/jobs/{jobId}/lines'],
  /** SSE with ids; see JobStreamEvent. Resumes after Last-Event-ID. */
  jobEvents: ['GET', '/api/jobs/{jobId}/events'],
  /** The log of Kometa Preview and Kometa's own, as one text file. */
  jobLog: ['GET', '/api/jobs/{jobId}/log.txt'],
  /** Every output picture, the before pictures and summary.json. */
  jobZip: ['GET', '/api/jobs/{jobId}/pictures.zip'],
  /** The original bytes of a picture; immutable. `w` makes a thumbnail of it, `name` makes it a download. */
  jobImage: ['GET', '/api/jobs/{jobId}/images/{sha256}'],
  /** The difference between a target's before and after pictures as a PNG heat map. */
  jobDifference: ['GET', '/api/jobs/{jobId}/targets/{targetId}/difference.png'],

  getSettings: ['GET', '/api/settings'],
  updateSettings: ['PUT', '/api/settings'],
} as const satisfies Record<string, readonly ['GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', `/api/${string}`]>

export type RouteName = keyof typeof apiPaths

/** The widths in pixels of thumbnails; any other width is refused. */
export const thumbnailWidths = [120, 240, 360, 480, 720] as const

export type QueryValue = string | number | boolean | undefined | null | readonly (string | number)[]

/** Makes `?a=1&b=x&b=y`, or '' for nothing. A list repeats its name; undefined, null and empty lists are left out. */
export function encodeQuery(values: Readonly<Record<string, QueryValue>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null) continue
    if (typeof value === 'object') for (const one of value) query.append(name, String(one))
    else query.append(name, String(value))
  }
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}

/** The path and query of a route with its parameters put in. */
export function apiUrl(
  route: RouteName,
  params: Readonly<Record<string, string>> = {},
  query: Readonly<Record<string, QueryValue>> = {},
): string {
  const path = apiPaths[route][1].replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name]
    if (value === undefined || value === '') throw new TypeError(`${route} needs ${name}`)
    return encodeURIComponent(value)
  })
  return path + encodeQuery(query)
}
