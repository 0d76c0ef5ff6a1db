import type { StudioTarget } from '../../src/contract/api.ts'

/** Why an overlay that matched is not on the picture. */
export function LostFacts({ lost }: { lost: StudioTarget['lostOverlays'] }) {
  return lost.map(({ name, to, group, weight, to_weight: toWeight }) => (
    <div key={`${group} ${name}`}>
      <dt>
        Why not <bdi>{name}</bdi>?
      </dt>
      <dd>
        lost to <bdi>{to}</bdi> in group <bdi>{group}</bdi>{' '}
        <span className="muted fact-weights">
          ({toWeight} {toWeight > weight ? '>' : '='} {weight})
        </span>
      </dd>
    </div>
  ))
}
