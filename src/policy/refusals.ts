/** The reasons why a request is not a known read, in words. No other file words them. */
const refusals = {
  notOriginForm: () => 'the address is not a path on this server',
  resourceTooLong: (limit: string) => `the address is longer than ${limit} bytes`,
  oddPath: () => 'the path is not in its plain form (no %, //, dot segments, ; or backslash)',
  oddQuery: (pair: string) => `the query holds something that is not plain URL text: ${pair}`,
  notARead: (method: string) => `${method} is not a read`,
  unknownPath: () => 'the path is not on the list of known reads (in Plex a GET can change state too)',
  unknownParameter: (name: string) => `the parameter ${name} is not on the list for this path`,
  badValue: (name: string) => `the value of ${name} is not one that a read takes`,
  repeated: (name: string) => `the parameter ${name} stands more than once`,
  missing: (name: string) => `the parameter ${name} is missing`,
  unknownField: (name: string) => `${name} is not a search field of this library`,
  unknownTagList: (name: string) => `${name} is neither a known read nor a tag list of this library`,
  foreignFile: () => 'the url is neither stored by Plex nor listed by Plex for this item',
} as const satisfies Record<string, (detail: string) => string>

export type RefusalCode = keyof typeof refusals

/** The longest part of a request that a reason repeats, in characters. */
const maxDetailLength = 120

export interface Refusal {
  ok: false
  code: RefusalCode
  reason: string
}

/** Creates a refusal with its reason. `detail` comes from the client, so it is made printable and cut. */
export function refuse(code: RefusalCode, detail = ''): Refusal {
  const printable = detail.replace(/[^\x20-\x7e]/g, '?').slice(0, maxDetailLength)
  return { ok: false, code, reason: refusals[code](printable) }
}
