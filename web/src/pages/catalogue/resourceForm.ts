// The form behind a resource, its rules and its body for the server. Pure.
import type { Resource, ResourceItem, ShareType } from '@/api'
import { t } from '@/i18n'

export interface ItemForm {
  item: string
  zh: string
  en: string
  element: string
  is_key: boolean
  required: boolean
  sensitive: boolean
  share_type: ShareType | ''
  no_share_basis: string
  note: string
}

export interface ResourceForm {
  code: string
  name: string
  abstract: string
  system_id: string
  classification: Resource['classification']
  share_type: ShareType
  share_condition: string
  no_share_basis: string
  update_cycle: string
  format: string
  open_to_society: boolean
  items: ItemForm[]
}

export function blankItem(): ItemForm {
  return { item: '', zh: '', en: '', element: '', is_key: false, required: false, sensitive: false, share_type: '', no_share_basis: '', note: '' }
}

export function blankForm(): ResourceForm {
  return {
    code: '', name: '', abstract: '', system_id: '', classification: 'department', share_type: 'conditional', share_condition: '', no_share_basis: '',
    update_cycle: 'daily', format: '数据库', open_to_society: false, items: [blankItem()],
  }
}

export function formOf(kept: Resource): ResourceForm {
  return {
    code: kept.code,
    name: kept.name,
    abstract: kept.abstract ?? '',
    system_id: kept.system_id ?? '',
    classification: kept.classification,
    share_type: kept.share_type,
    share_condition: kept.share_condition ?? '',
    no_share_basis: kept.no_share_basis ?? '',
    update_cycle: kept.update_cycle ?? '',
    format: kept.format ?? '',
    open_to_society: kept.open_to_society ?? false,
    items: kept.items.map((item: ResourceItem) => ({
      item: item.item,
      zh: item.zh,
      en: item.en ?? '',
      element: item.element ?? '',
      is_key: item.is_key ?? false,
      required: item.required ?? false,
      sensitive: item.sensitive ?? false,
      share_type: item.share_type ?? '',
      no_share_basis: item.no_share_basis ?? '',
      note: item.note ?? '',
    })),
  }
}

/** What is wrong, by field; empty when the form may be sent. The server checks again and more. */
export function problems(form: ResourceForm): Partial<Record<keyof ResourceForm, string>> {
  const found: Partial<Record<keyof ResourceForm, string>> = {}
  if (!form.name.trim()) found.name = t('edit.needName')
  if (form.code.trim() && !/^[A-Za-z0-9][A-Za-z0-9/_.-]*$/.test(form.code.trim())) found.code = t('edit.needCode')
  if (!form.abstract.trim()) found.abstract = t('edit.needAbstract')
  if (form.share_type === 'conditional' && !form.share_condition.trim()) found.share_condition = t('edit.needCondition')
  if (form.share_type === 'none' && !form.no_share_basis.trim()) found.no_share_basis = t('edit.needBasis')
  found.items = itemsProblem(form.items)
  if (!found.items) delete found.items
  return found
}

function itemsProblem(items: ItemForm[]): string | undefined {
  if (items.length === 0) return t('edit.needItems')
  const seen = new Set<string>()
  for (const [i, item] of items.entries()) {
    const name = item.item.trim()
    if (!/^[a-z][a-z0-9_]*$/.test(name) || !item.zh.trim()) return t('edit.itemIncomplete', { n: i + 1 })
    if (!item.element) return t('edit.itemElement', { n: i + 1, name: item.zh })
    if (seen.has(name)) return t('edit.itemTwice', { name })
    seen.add(name)
  }
  return items.some((item) => item.is_key) ? undefined : t('edit.needKey')
}

/** What the form does not show and must come back unchanged. */
const CARRIED = [
  'category', 'subcategory', 'detail', 'regional_code', 'share_method', 'use_conditions', 'open_condition', 'related_codes', 'secrecy_assessment',
  'privacy_assessment', 'updated_ms',
] as const

/** The body of the request: empty texts become absent, and what the form does not show is sent back as it was. */
export function toBody(form: ResourceForm, kept?: Resource): object {
  const or = (text: string) => text.trim() || null
  const carried: Record<string, unknown> = {}
  const before = (kept ?? {}) as unknown as Record<string, unknown>
  for (const field of CARRIED) if (before[field] !== undefined) carried[field] = before[field]
  return {
    ...carried,
    code: or(form.code),
    name: form.name.trim(),
    abstract: form.abstract.trim(),
    system_id: or(form.system_id),
    classification: form.classification,
    share_type: form.share_type,
    share_condition: form.share_type === 'conditional' ? or(form.share_condition) : null,
    no_share_basis: form.share_type === 'none' ? or(form.no_share_basis) : null,
    update_cycle: or(form.update_cycle),
    format: or(form.format),
    open_to_society: form.open_to_society,
    items: form.items.map((item) => ({
      item: item.item.trim(),
      zh: item.zh.trim(),
      en: item.en.trim() || item.item.trim(),
      element: item.element,
      is_key: item.is_key,
      required: item.required,
      sensitive: item.sensitive,
      share_type: item.share_type || null,
      no_share_basis: item.share_type === 'none' ? or(item.no_share_basis) : null,
      note: or(item.note),
    })),
  }
}
