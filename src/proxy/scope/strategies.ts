import { type NarrowForm, narrowForms, type ScopeStrategy } from './narrow.ts'

/** How Plex is asked for one section and type, and why. */
export interface PlaceStrategy {
  section: string
  type: number
  strategy: ScopeStrategy
  why: string
}

/** Which form is trusted for which section and type. A form that lost its trust never regains it during the job. */
export interface Strategies {
  /** The trusted form for a section and type; null = ask for everything and filter. */
  form(section: string, type: number): NarrowForm | null
  trust(section: string, type: number, form: NarrowForm | null, why: string): void
  /** Records that an answer contradicted the scope: the form is not used again in this job. */
  distrust(form: NarrowForm, why: string): void
  /** Why a form lost its trust; undefined if it did not. */
  distrustOf(form: NarrowForm): string | undefined
  list(): PlaceStrategy[]
}

export function createStrategies(): Strategies {
  const places = new Map<string, { section: string; type: number; form: NarrowForm | null; why: string }>()
  const distrusted = new Map<NarrowForm, string>()
  const nameOf = (section: string, type: number) => `${section}:${type}`
  return {
    form(section, type) {
      const form = places.get(nameOf(section, type))?.form ?? null
      return form === null || distrusted.has(form) ? null : form
    },
    trust(section, type, form, why) {
      places.set(nameOf(section, type), { section, type, form, why })
    },
    distrust(form, why) {
      if (!distrusted.has(form)) distrusted.set(form, why)
    },
    distrustOf: (form) => distrusted.get(form),
    list: () =>
      [...places.values()].map(({ section, type, form, why }) => {
        const fallen = form === null ? undefined : distrusted.get(form)
        if (form === null || fallen !== undefined) return { section, type, strategy: 'filter', why: fallen ?? why }
        return { section, type, strategy: strategyOf(form), why }
      }),
  }
}

function strategyOf(form: NarrowForm): ScopeStrategy {
  return form === 'title' ? 'title' : 'id'
}

/** The forms to try for a type, best first. */
export function formsFor(type: number): NarrowForm[] {
  return narrowForms.filter((form) => form !== 'typed id' || type !== 1)
}
