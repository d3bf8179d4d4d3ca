// From the product's proposal for a table to a mount, and from a person's corrections back to what is learnt. Pure.
import type { ColumnProposal, Decision, ResourceItem, TableProposal } from '@/api'

const RANK = { sure: 2, likely: 1, unsure: 0 }

export interface Matched {
  columns: Record<string, string>
  codeMaps: Record<string, Record<string, string>>
  asOf: string
}

/** The department's codes with their standard codes, where they differ. */
export function codeMapOf(column: ColumnProposal | undefined): Record<string, string> {
  const made: Record<string, string> = {}
  for (const one of column?.code_map ?? []) if (one.standard && one.standard !== one.value) made[one.value] = one.standard
  return made
}

/** A column for each item: the one proposed for the item's element, the surest first; no column is given twice. */
export function match(items: Pick<ResourceItem, 'item' | 'element'>[], proposal: TableProposal): Matched {
  const made: Matched = { columns: {}, codeMaps: {}, asOf: proposal.resource.as_of_column ?? '' }
  const taken = new Set<string>()
  const sure = [...proposal.columns].sort((a, b) => RANK[b.confidence] - RANK[a.confidence])
  for (const by of ['both', 'element'] as const) {
    for (const item of items) {
      if (made.columns[item.item]) continue
      const found = sure.find((one) => one.element === item.element && !taken.has(one.column) && (by === 'element' || one.item === item.item))
      if (!found) continue
      made.columns[item.item] = found.column
      made.codeMaps[item.item] = codeMapOf(found)
      taken.add(found.column)
    }
  }
  return made
}

/** What a person decided by mounting: the element of each column that was used. */
export function decisionsOf(items: Pick<ResourceItem, 'item' | 'element'>[], columns: Record<string, string>, proposal: TableProposal): Decision[] {
  return items.flatMap((item) => {
    const column = proposal.columns.find((one) => one.column === columns[item.item])
    return column && item.element ? [{ column: column.column, lesson_key: column.lesson_key, proposed: column.element ?? null, chosen: item.element }] : []
  })
}

/** A line of the list from which a resource is made: a column that is catalogued or not, and as what. */
export interface Line {
  column: string
  take: boolean
  element: string
  item: string
  zh: string
  en: string
  is_key: boolean
  codes: Record<string, string>
}

export function linesOf(proposal: TableProposal): Line[] {
  return proposal.columns.map((one) => ({
    column: one.column,
    // A guess is left to the person; what is technical is no item.
    take: one.role === 'item' && one.confidence !== 'unsure' && !!one.element,
    element: one.element ?? '',
    item: one.item ?? '',
    zh: one.zh ?? '',
    en: one.en ?? '',
    is_key: proposal.resource.keys.includes(one.item ?? ''),
    codes: codeMapOf(one),
  }))
}

/** Decisions on every column: what was taken as which element, and what was left out. */
export function lineDecisions(lines: Line[], proposal: TableProposal): Decision[] {
  return proposal.columns.map((one) => {
    const line = lines.find((each) => each.column === one.column)
    return { column: one.column, lesson_key: one.lesson_key, proposed: one.element ?? null, chosen: line?.take && line.element ? line.element : null }
  })
}
