import type { KometaState } from '../../contract/api/api-connect.ts'
import { AppError } from '../../contract/errors.ts'
import type { Renderer } from '../../run/kometas/renderer.ts'
import { problemOf } from '../http/request-problem.ts'

/** Finds what draws, and checks it; see Renderer. Throws AppError KOMETA_*, PYTHON_NOT_FOUND. */
export type MakeRenderer = () => Promise<Renderer>

export interface KometaWatch {
  state(): KometaState
  /** Looks again. */
  check(): Promise<KometaState>
  /** The renderer of a job: the one that was found, or looked for again. Throws what `MakeRenderer` throws. */
  renderer(): Promise<Renderer>
  /** The renderer, once it is found; null when it is not found within `timeoutMs`. */
  within(timeoutMs: number): Promise<Renderer | null>
}

export function watchKometa(makeRenderer: MakeRenderer, onChange: (state: KometaState) => void): KometaWatch {
  let found: Renderer | null = null
  let looking: Promise<Renderer> | null = null
  let state: KometaState = describe(null, null, 'checking')

  const set = (next: KometaState) => {
    state = next
    onChange(next)
  }
  const look = (): Promise<Renderer> => {
    looking ??= makeRenderer()
      .then(
        (renderer) => {
          found = renderer
          set(describe(renderer, null, 'ready'))
          return renderer
        },
        (error: unknown) => {
          found = null
          set(describe(null, error, 'problem'))
          throw error
        },
      )
      .finally(() => {
        looking = null
      })
    return looking
  }

  return {
    state: () => state,
    async check() {
      set({ ...state, state: 'checking' })
      // The state says what is wrong.
      await look().catch(() => undefined)
      return state
    },
    renderer: async () => found ?? look(),
    async within(timeoutMs) {
      if (found) return found
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<null>((resolve) => {
        timer = setTimeout(resolve, timeoutMs, null)
      })
      const renderer = await Promise.race([late, look().catch(() => null)])
      clearTimeout(timer)
      return renderer
    },
  }
}

function describe(renderer: Renderer | null, error: unknown, state: KometaState['state']): KometaState {
  const unexpected = new AppError('KOMETA_NOT_FOUND', 'Kometa could not be checked.')
  return {
    state,
    renderer: renderer?.kind ?? 'kometa',
    version: renderer?.version ?? null,
    commit: renderer?.commit ?? null,
    folder: renderer?.dir ?? null,
    image: renderer?.runner?.image ?? null,
    python: renderer?.kind === 'kometa' && renderer.dir !== null ? renderer.command : null,
    supported: renderer?.supported ?? false,
    warnings: [...(renderer?.warnings ?? [])],
    problem: error === null ? null : problemOf(error instanceof AppError ? error : unexpected, (text) => text),
  }
}
