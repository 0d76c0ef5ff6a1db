import { type CSSProperties, useEffect, useState } from 'react'
import { online } from '../../core/online.ts'
import { useStore } from '../../core/store.ts'

export interface StagePictureProps {
  src: string
  alt: string
  className?: string
  style?: CSSProperties
  slot?: string
}

/**
 * A picture in full size. Words replace a picture that cannot be loaded, and it is loaded again when the server is
 * back.
 */
export function StagePicture({ src, alt, className = '', style, slot }: StagePictureProps) {
  const away = useStore(online) === 'no'
  const [failed, setFailed] = useState<string | null>(null)
  useEffect(() => {
    if (!away) setFailed(null)
  }, [away])
  if (failed === src) {
    return (
      <span slot={slot} className={`picture-failed ${className}`} style={style}>
        {alt}: this picture cannot be loaded.
      </span>
    )
  }
  return (
    <img
      key={src}
      slot={slot}
      src={src}
      alt={alt}
      className={className}
      style={style}
      draggable={false}
      decoding="async"
      onError={() => setFailed(src)}
    />
  )
}
