import type { Layout } from './layout-parts.ts'
import { constructivist, cutout, pulp, swiss } from './layouts-flat.ts'
import { deco, noir, serif, woodcut } from './layouts-framed.ts'

/** Every layout by name. */
export const layouts = { noir, deco, swiss, constructivist, woodcut, cutout, pulp, serif } as const satisfies Record<
  string,
  Layout
>
export type LayoutName = keyof typeof layouts
