// Which column probably answers which item: by comment, by the usual pinyin initials, and by what the values look like. Pure.
import type { ColumnProfile, ResourceItem, TableInfo } from '@/api'
import { kindName } from '@/lib/kind'

type Column = TableInfo['columns'][number]
type Item = Pick<ResourceItem, 'item' | 'zh' | 'kind'>

/** Pinyin initials and words that offices use as column names, by kind of value and item name. */
const HABITS: [RegExp, RegExp][] = [
  [/^(name|person_name|full_name)$/, /^(xm|name|xingming|ry_?xm|cyr?xm)$/i],
  [/(resident_id|id_no|id_card|^id$)/, /(sfzh|gmsfhm|sfzhm|zjhm|id_?card|id_?no|cert_?no|idnum)/i],
  [/(sex|gender)/, /^(xb|xbdm|sex|gender)$/i],
  [/(birth)/, /(csrq|birth)/i],
  [/(ethnic|nation)/, /^(mz|mzdm|nation|ethnic.*)$/i],
  [/(marriage|marital)/, /(hyzk|hyzt|marri|marital)/i],
  [/(address)/, /(dz$|zz$|hjdz|xzz|jzdz|addr)/i],
  [/(mobile|phone|tel)/, /(sjh|lxdh|dh$|phone|tel|mobile)/i],
  [/(credit_code|uscc)/, /(tyshxydm|xydm|uscc|credit)/i],
  [/(enterprise|company|firm)/, /(qymc|dwmc|mc$|ent_?name|company)/i],
]

function score(item: Item, column: Column, profile?: ColumnProfile): number {
  let points = 0
  const comment = column.comment?.trim() ?? ''
  if (comment && comment === item.zh) points += 6
  else if (comment && (comment.includes(item.zh) || item.zh.includes(comment))) points += 3
  if (column.name.toLowerCase() === item.item.toLowerCase() || column.name === item.zh) points += 5
  if (HABITS.some(([itemName, columnName]) => itemName.test(item.item) && columnName.test(column.name))) points += 4
  const best = profile?.kinds.find((one) => kindName(one.kind) === kindName(item.kind))
  // Texts and numbers fit everything, so they say nothing.
  if (best && !['text', 'integer', 'decimal', 'boolean'].includes(kindName(item.kind))) points += 3 * best.share
  return points
}

/** A column for each item where one clearly fits; no column is given twice. */
export function guessColumns(items: Item[], columns: Column[], profiles: ColumnProfile[]): Record<string, string> {
  const pairs = items.flatMap((item) =>
    columns.map((column) => ({ item: item.item, column: column.name, points: score(item, column, profiles.find((one) => one.name === column.name)) })),
  )
  pairs.sort((a, b) => b.points - a.points)
  const made: Record<string, string> = {}
  const taken = new Set<string>()
  for (const { item, column, points } of pairs) {
    if (points < 3 || made[item] || taken.has(column)) continue
    made[item] = column
    taken.add(column)
  }
  return made
}
