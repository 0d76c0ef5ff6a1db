export type Filter = readonly [name: string, type: 'string' | 'integer' | 'boolean', title: string]
export type Sort = readonly [key: string, direction: 'asc' | 'desc', title: string]
export type Field = readonly [name: string, type: string, title: string, subType?: string]

export interface TypeMeta {
  title: string
  filters: readonly Filter[]
  sorts: readonly Sort[]
  fields: readonly Field[]
}

export const tagFilter = (name: string, title: string): Filter => [name, 'string', title]
export const flagFilter = (name: string, title: string): Filter => [name, 'boolean', title]

export const byTitle: Sort = ['titleSort', 'asc', 'Title']
export const byYear: Sort = ['year', 'desc', 'Year']
export const byRelease: Sort = ['originallyAvailableAt', 'desc', 'Release Date']
export const byRating: Sort = ['rating', 'desc', 'Critic Rating']
export const byAudience: Sort = ['audienceRating', 'desc', 'Audience Rating']
export const byUser: Sort = ['userRating', 'desc', 'Rating']
export const byContent: Sort = ['contentRating', 'desc', 'Content Rating']
export const byDuration: Sort = ['duration', 'desc', 'Duration']
export const byAdded: Sort = ['addedAt', 'desc', 'Date Added']
export const byViewed: Sort = ['lastViewedAt', 'desc', 'Date Viewed']
export const byPlays: Sort = ['viewCount', 'desc', 'Plays']
export const atRandom: Sort = ['random', 'desc', 'Randomly']
