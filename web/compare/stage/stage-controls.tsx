import type { StudioTarget } from '../../../src/contract/api/api.ts'
import { percent } from '../../core/format.ts'
import { Button } from '../../ui/button.tsx'
import type { Mode } from '../detail/modes.ts'
import type { Blink } from './blink.ts'
import './stage-controls.css'

/** The controls of the mode, below the pictures. Every mode keeps their place, so that nothing jumps. */
export function StageControls({
  mode,
  value,
  onValue,
  blink,
  target,
  stacked,
  sideWidth,
}: {
  mode: Mode
  value: number
  onValue: (value: number) => void
  blink: Blink
  target: StudioTarget
  /** Whether one picture stands above the other. */
  stacked: boolean
  /** The width of one picture in the mode side by side; its name stands below it. */
  sideWidth: number
}) {
  return (
    <div className="stage-controls">
      {(mode === 'slider' || mode === 'onion') && (
        <label className="stage-range">
          <span className="muted">Before</span>
          <input
            type="range"
            min={0}
            max={100}
            step={1}
            value={value}
            aria-label={
              mode === 'slider' ? 'How much of the before picture is seen' : 'How much of the after picture is seen'
            }
            aria-valuetext={`${Math.round(value)} %`}
            onChange={(event) => onValue(Number(event.target.value))}
          />
          <span className="muted">After</span>
        </label>
      )}
      {mode === 'side' && stacked && <p className="stage-side muted">Before above, after below</p>}
      {mode === 'side' && !stacked && (
        <>
          <span className="stage-side muted" style={{ width: sideWidth }}>
            Before
          </span>
          <span className="stage-side muted" style={{ width: sideWidth }}>
            After
          </span>
        </>
      )}
      {mode === 'blink' && (
        <>
          <span className="stage-shown">{blink.showsAfter ? 'After' : 'Before'}</span>
          <Button kind="quiet" icon={blink.playing ? 'pause' : 'play'} onClick={() => blink.setPlaying(!blink.playing)}>
            {blink.playing ? 'Pause' : 'Play'}
          </Button>
          <Button kind="quiet" icon="compare" onClick={blink.flip}>
            Flip
          </Button>
        </>
      )}
      {mode === 'difference' && (
        <p className="muted">
          {target.difference === 0
            ? 'Not one pixel differs.'
            : `Bright areas differ most. ${differingShare(target.difference)}`}
        </p>
      )}
    </div>
  )
}

const differingShare = (difference: number | null): string =>
  difference === null ? '' : `${percent(difference)} of the picture differs.`
