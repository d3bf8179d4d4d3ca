// The quality report of a resource, joined to its items. Pure.
import type { ItemQuality, Kind, QualityReport, Resource } from '@/api'
import { say } from '@/i18n'

export interface QualityRow extends ItemQuality {
  name: string
  /** Column at the department; known to its own people only. */
  column: string
  kind: Kind
}

/** The items that were looked at. The entry may have changed since, and then has no such item. */
export function qualityRows(resource: Pick<Resource, 'items' | 'mount'>, report: QualityReport): QualityRow[] {
  return report.items.flatMap((one) => {
    const item = resource.items.find((known) => known.item === one.item)
    const column = resource.mount?.columns.find((bound) => bound.item === one.item)?.column ?? ''
    return item ? [{ ...one, name: say(item), column, kind: item.kind }] : []
  })
}

/** A share in words; a dash where nothing was judged. Little is not made to look like nothing. */
export function percent(share: number | null | undefined): string {
  return share === null || share === undefined ? '—' : `${(share * 100).toFixed(share > 0 && share < 0.01 ? 2 : 1)}%`
}

/** How bad a share is. */
export function tone(share: number | null | undefined): '' | 'good' | 'warn' | 'bad' {
  return share === null || share === undefined ? '' : share >= 0.05 ? 'bad' : share > 0 ? 'warn' : 'good'
}

/** Whether live data hangs on a resource, of which there can be a report. */
export const isMounted = (resource?: Pick<Resource, 'mount_state'>) => ['mounted', 'change_pending', 'changed'].includes(resource?.mount_state ?? '')
