// What is given, as the provider narrows it. Pure.
import type { RequestInput, Scope, Shape } from '@/api'
import type { ItemChoice } from '@/pages/grants/grantForm'
import { howOf, toItems, untilDay, untilMs, type RowChoice } from './requestForm'

export interface ScopeForm {
  items: Record<string, ItemChoice>
  /** Conditions on top of those that were asked for. */
  further: RowChoice[]
  shapes: Shape[]
  until: string
  per_day: string
  per_second: string
  condition: string
}

/** All that was asked for. */
export function scopeForm(asked: RequestInput): ScopeForm {
  return {
    items: Object.fromEntries(asked.items.map((item) => [item.item, howOf(item)])),
    further: [],
    shapes: [...asked.shapes],
    until: untilDay(asked.valid_until_ms),
    per_day: String(asked.calls_per_day),
    per_second: String(asked.calls_per_second),
    condition: '',
  }
}

const number = (text: string, otherwise: number) => (/^\d+$/.test(text.trim()) ? Number(text) : otherwise)

export function toScope(form: ScopeForm, asked: RequestInput, pieces: (text: string) => string[]): Scope {
  const named = new Map(asked.items.map((item) => [item.item, item.zh]))
  const day = untilMs(form.until)
  return {
    items: toItems(form.items).map((item) => ({ ...item, zh: named.get(item.item) ?? '' })),
    row_filter: { all: [...asked.row_filter.all, ...form.further.filter((one) => one.item).map((one) => ({ item: one.item, op: one.op || ('eq' as const), values: pieces(one.values) }))] },
    shapes: form.shapes,
    // The same day means the same instant, even when it was asked for in the middle of a day.
    valid_until_ms: form.until === untilDay(asked.valid_until_ms) ? asked.valid_until_ms : day,
    calls_per_day: number(form.per_day, 0),
    calls_per_second: number(form.per_second, 0),
    condition: form.condition.trim() || null,
  }
}

