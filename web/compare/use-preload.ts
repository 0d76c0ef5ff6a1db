import { useEffect } from 'react'
import type { StudioTarget } from '../../src/contract/api/api.ts'
import { apiUrl } from '../core/api.ts'

/** Loads the neighbours' pictures before somebody goes to them. */
export function usePreload(jobId: string, targets: readonly StudioTarget[], index: number): void {
  useEffect(() => {
    const images = [targets[index + 1], targets[index - 1]]
      .flatMap((target) => [target?.before, target?.after])
      .filter((image) => image !== null && image !== undefined)
      .map(({ sha256 }) => {
        const image = new Image()
        image.src = apiUrl('jobImage', { jobId, sha256 })
        return image
      })
    return () => {
      for (const image of images) if (!image.complete) image.removeAttribute('src')
    }
  }, [jobId, targets, index])
}
