import type { StudioTarget } from '../../../src/contract/api/api.ts'

/** Why an overlay that found this item is not in its picture. */
export function LeftOutFacts({ leftOut }: { leftOut: StudioTarget['leftOut'] }) {
  return leftOut.map(({ name, why }, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: one name may stand there twice, from two files
    <div key={`${at} ${name}`}>
      <dt>
        Why not <bdi>{name}</bdi>?
      </dt>
      <dd dir="auto">{why}</dd>
    </div>
  ))
}
