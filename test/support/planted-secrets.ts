import { encodings } from './encodings.ts'

/** Secrets that a test can find in any output. Some hold characters that encodings write differently. */
export const planted = {
  plex: 'kCANARYplexToken0001',
  tmdb: 'canary0tmdb0apikey0123456789abcdef',
  omdb: 'c4nary/omdb+key=&7',
  radarr: 'canary%radarr%41',
  password: 'canary-url-password',
  parameter: 'canary-url-parameter',
  webhook: 'canaryWebhookPathSecret0123',
  lines: 'canary-of-several-lines-01',
}
export const plantedSecrets: readonly string[] = Object.values(planted)

/** A config with a secret in each possible place. `named` is the value of `<<named>>`. */
export const plantedConfig = (plexUrl: string, overlays = '{default: resolution}'): string => `plex: &plex
  url: ${plexUrl}
  token: ${planted.plex}
tmdb: {apikey: &key ${planted.tmdb}}
omdb: {apikey: '${planted.omdb}'}
radarr: {url: "http://127.0.0.1:9", token: '${planted.radarr}'}
mdblist: {apikey: *key}
github:
  token: |
    ${planted.lines}
webhooks: {error: "https://discord.com/api/webhooks/1/${planted.webhook}"}
libraries:
  Movies:
    overlay_files:
      - ${overlays}
      - {file: "https://me:${planted.password}@host.invalid/o.yml?apikey=${planted.parameter}"}
`

/** The secrets in these bytes, with their encodings. Escapes count in either case. */
export function leaks(bytes: Buffer | string, where: string, secrets: readonly string[] = plantedSecrets): string[] {
  const all = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
  const lower = all.toString('latin1').toLowerCase()
  return secrets.flatMap((secret) =>
    encodings.flatMap(([encoding, encode]) => {
      const needle = encode(secret)
      const isEscape = /percent|JSON|full|hex/.test(encoding)
      const hit = isEscape ? lower.includes(needle.toString('latin1').toLowerCase()) : all.includes(needle)
      return hit ? [`${where}: ${secret} ${encoding}`] : []
    }),
  )
}
