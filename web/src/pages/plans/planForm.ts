// The form behind a planned system, and what a spreadsheet's cells mean in it. Pure.
import type { Plan, PlanInput, PlannedResource } from '@/api'

export interface ResourceRow {
  name: string
  description: string
  /** One item in each line; after a tab or `|` its meaning. */
  items: string
}

export interface PlanForm {
  name: string
  purpose: string
  functions: string
  basis: string
  cost: string
  starts_on: string
  ends_on: string
  resources: ResourceRow[]
}

export const blankPlan = (): PlanForm => ({ name: '', purpose: '', functions: '', basis: '', cost: '', starts_on: '', ends_on: '', resources: [{ name: '', description: '', items: '' }] })

export const lines = (text: string): string[] => text.split(/\r?\n/).map((one) => one.trim()).filter(Boolean)

/** A line as an item: its name, and after a tab or `|` what it means. */
function item(line: string) {
  const [name = '', ...more] = line.split(/[\t|｜]/).map((one) => one.trim())
  return { name, description: more.filter(Boolean).join('；') }
}

export function toPlan(form: PlanForm, updated?: number): PlanInput {
  return {
    name: form.name.trim(),
    purpose: form.purpose.trim(),
    functions: lines(form.functions),
    basis: form.basis.trim(),
    cost_yuan: /^\d+$/.test(form.cost.replace(/[,，\s]/g, '')) ? Number(form.cost.replace(/[,，\s]/g, '')) : -1,
    starts_on: form.starts_on,
    ends_on: form.ends_on,
    resources: form.resources.map((one) => ({ name: one.name.trim(), description: one.description.trim(), items: lines(one.items).map(item) })),
    ...(updated === undefined ? {} : { updated_ms: updated }),
  }
}

export function fromPlan(plan: Plan): PlanForm {
  return {
    name: plan.name,
    purpose: plan.purpose,
    functions: plan.functions.join('\n'),
    basis: plan.basis,
    cost: String(plan.cost_yuan),
    starts_on: plan.starts_on,
    ends_on: plan.ends_on,
    resources: rowsOf(plan.resources),
  }
}

export const rowsOf = (resources: PlannedResource[]): ResourceRow[] =>
  resources.map((one) => ({ name: one.name, description: one.description, items: one.items.map((of) => (of.description ? `${of.name} | ${of.description}` : of.name)).join('\n') }))

const HEADER = /^(资源|资源名称|信息资源|信息资源名称|数据资源|数据资源名称|resource|resource name)$/i

/** Cells as a spreadsheet puts them on the clipboard: lines of cells parted by tabs; a cell with a line break is in quotes. */
export function cells(text: string): string[][] {
  const rows: string[][] = [[]]
  let cell = ''
  let quoted = false
  const push = () => {
    rows[rows.length - 1]?.push(cell.trim())
    cell = ''
  }
  for (let i = 0; i < text.length; i++) {
    const letter = text[i] ?? ''
    if (quoted) {
      if (letter === '"' && text[i + 1] === '"') cell += text[++i]
      else if (letter === '"') quoted = false
      else cell += letter
    } else if (letter === '"' && cell === '') quoted = true
    else if (letter === '\t') push()
    else if (letter === '\n') {
      push()
      rows.push([])
    } else if (letter !== '\r') cell += letter
  }
  push()
  return rows.filter((row) => row.some(Boolean))
}

/** What a pasted table says: resource, item, meaning; a line without resource belongs to the one above. */
export function pasted(text: string): ResourceRow[] {
  const rows = cells(text)
  if (HEADER.test(rows[0]?.[0] ?? '')) rows.shift()
  const found = new Map<string, string[]>()
  let name = ''
  for (const [resource = '', of = '', more = ''] of rows) {
    name = resource || name
    // A name with a line break in its cell is still one name.
    const [key, entry] = [name.replace(/\s*\n\s*/g, ''), of.replace(/\s*\n\s*/g, '')]
    if (!key || !entry) continue
    found.set(key, [...(found.get(key) ?? []), more ? `${entry} | ${more.replace(/\s*\n\s*/g, ' ')}` : entry])
  }
  return [...found].map(([of, items]) => ({ name: of, description: '', items: items.join('\n') }))
}
