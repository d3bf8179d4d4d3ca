// From checked lines to a draft and its mount. Pure.
import type { TableProposal } from '@/api'
import { t } from '@/i18n'
import type { Line } from './match'
import type { Place } from './place'

export function lineProblem(lines: Line[]): string {
  const taken = lines.filter((one) => one.take)
  if (!taken.length) return t('edit.needItems')
  const seen = new Set<string>()
  for (const one of taken) {
    if (!one.element) return t('fromTable.needElement', { column: one.column })
    if (!/^[a-z][a-z0-9_]*$/.test(one.item) || !one.zh.trim()) return t('fromTable.needName', { column: one.column })
    if (seen.has(one.item)) return t('edit.itemTwice', { name: one.item })
    seen.add(one.item)
  }
  return taken.some((one) => one.is_key) ? '' : t('edit.needKey')
}

interface Made {
  name: string
  abstract: string
  lines: Line[]
  place: Place
  proposal: TableProposal
}

export function bodyOf({ name, abstract, lines, place, proposal }: Made): { resource: object; mount: object } {
  const taken = lines.filter((one) => one.take)
  const of = (line: Line) => proposal.columns.find((one) => one.column === line.column)
  return {
    resource: {
      name: name.trim(),
      abstract: abstract.trim(),
      classification: 'department',
      share_type: proposal.resource.share_type,
      share_condition: proposal.resource.share_type === 'conditional' ? proposal.resource.share_condition : null,
      update_cycle: 'daily',
      items: taken.map((one) => ({
        item: one.item,
        zh: one.zh.trim(),
        en: one.en.trim() || one.item,
        element: one.element,
        is_key: one.is_key,
        required: false,
        sensitive: (of(one)?.grade ?? 0) >= 4,
      })),
    },
    mount: {
      agent_id: place.agent,
      source: place.source,
      table: place.table,
      keys: taken.filter((one) => one.is_key).map((one) => one.item),
      as_of_column: proposal.resource.as_of_column ?? null,
      columns: taken.map((one) => ({ item: one.item, column: one.column, code_map: one.codes })),
    },
  }
}
