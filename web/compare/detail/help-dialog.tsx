import { Keys } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { modes } from './modes.ts'
import './help-dialog.css'

const keys: readonly (readonly [string, string])[] = [
  ['←', 'Previous'],
  ['→', 'Next'],
  ...modes.map(({ words }, i) => [String(i + 1), words] as const),
  ['Space', 'Blink: flip between before and after'],
  ['Z', '100 %, or fit'],
  ['Shift + ← ↑ ↓ →', 'Move the picture at 100 %'],
  ['F', 'Full screen'],
  ['D', 'Download the after picture'],
  ['Esc', 'Back to all results'],
  ['?', 'These keys'],
]

export function HelpDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl className="key-list">
        {keys.map(([key, words]) => (
          <div key={key}>
            <dt>
              <Keys>{key}</Keys>
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
