// Quality of the items of a resource, out of the profile of its table. Pure.
import type { Kind, Resource, TableProfile } from '@/api'
import { say } from '@/i18n'
import { kindName } from '@/lib/kind'

export interface ItemQuality {
  item: string
  name: string
  column: string
  kind: Kind
  /** Share of rows without a value. */
  missing: number
  /** Share of values that do not fit the meaning; `null` where anything fits. */
  invalid: number | null
  /** Share of values that had to be rewritten to fit. */
  repaired: number | null
}

/** Kinds that any text fits, of which "invalid" says nothing. */
const FREE = ['text', 'address', 'person_name', 'enterprise_name']

export function qualityOf(resource: Pick<Resource, 'items' | 'mount'>, profile: TableProfile): ItemQuality[] {
  const sampled = Math.max(1, profile.sampled_rows)
  return resource.items.flatMap((item) => {
    const bound = resource.mount?.columns.find((one) => one.item === item.item)
    const column = profile.columns.find((one) => one.name === bound?.column)
    if (!bound || !column) return []
    const fit = column.kinds.find((one) => kindName(one.kind) === kindName(item.kind))
    const mapped = Object.keys(bound.code_map ?? {})
    const covered = mapped.length ? column.codes.filter((one) => mapped.includes(one.value)).reduce((sum, one) => sum + one.rows, 0) / Math.max(1, sampled - column.nulls) : 0
    // A department's own code that was given its standard code is as good as a standard one.
    const good = Math.min(1, Math.max(fit?.share ?? 0, covered))
    const free = FREE.includes(kindName(item.kind))
    return [{ item: item.item, name: say(item), column: column.name, kind: item.kind, missing: column.nulls / sampled, invalid: free ? null : 1 - good, repaired: free ? null : (fit?.repaired ?? 0) }]
  })
}
