// What a finding means for the pages. Pure.
import type { Holding, Plan, ResourceMatch, Ruling } from '@/api'
import { t } from '@/i18n'

export const percent = (share: number): string => `${Math.round(share * 100)}%`

/** The page of an existing resource; other registers say their own address. */
export function resourceLink(holding: Holding): object | string {
  return holding.source === 'catalog' ? { name: 'resource', params: { id: holding.id } } : holding.link
}

/** Items of an existing resource that stand beside planned ones. */
export function wantedItems(match: ResourceMatch, resource: string): string[] {
  const items = match.items.flatMap((item) => item.hits.filter((hit) => hit.holding.id === resource).slice(0, 1).map((hit) => hit.item))
  return [...new Set(items)]
}

/** The rulings that the finding advises, for a person to change. */
export function advised(plan: Plan): Ruling[] {
  return plan.resources.map((_, place) => {
    const match = plan.report?.resources.find((one) => one.place === place)
    const over = (match?.hits ?? []).filter((hit) => hit.overlaps)
    const own = over.find((hit) => hit.holding.way === 'own' && hit.holding.system_id)
    const others = over.filter((hit) => hit.holding.way === 'request' && hit.holding.source === 'catalog')
    if (match?.advice === 'reuse' && own) return { place, decision: 'reuse', system_id: own.holding.system_id, resource_ids: [], reason: t('decision.reuseReason', { name: own.holding.name }) }
    if (match?.advice === 'share' && others.length) return { place, decision: 'share', system_id: null, resource_ids: others.map((hit) => hit.holding.id), reason: t('decision.existsReason', { name: others.map((hit) => hit.holding.name).join('、') }) }
    return { place, decision: 'build', system_id: null, resource_ids: [], reason: match?.overlaps ? '' : t('decision.buildReason') }
  })
}
