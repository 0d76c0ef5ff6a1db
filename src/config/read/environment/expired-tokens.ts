import { get, numberOf } from '../../yaml/yaml-value.ts'
import type { JobConfig } from '../user-config.ts'

const sections = { Trakt: 'trakt', MyAnimeList: 'mal' } as const
export type TokenService = keyof typeof sections

export const isTokenService = (label: string): label is TokenService => label in sections

/** When the access token in the config expired. null: it is valid, or the config does not say. */
export function expiredSince({ document }: Pick<JobConfig, 'document'>, service: TokenService, now: Date): Date | null {
  const authorization = get(document, sections[service], 'authorization')
  const created = numberOf(get(authorization, 'created_at'))
  const lasts = numberOf(get(authorization, 'expires_in'))
  if (created === undefined || lasts === undefined) return null
  const end = new Date((created + lasts) * 1000)
  return end < now ? end : null
}
