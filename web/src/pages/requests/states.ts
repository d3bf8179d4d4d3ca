// The states of a request, and whose turn it is in each.
import type { ClockView, RequestState, SharingRequest } from '@/api'
import { t } from '@/i18n'

export const STATES: RequestState[] = ['draft', 'signing', 'checking', 'incomplete', 'deciding', 'provider_signing', 'approved', 'delivering', 'delivered', 'refused', 'withdrawn', 'lapsed']

/** The clock that runs for a request: the consumer's while gaps are filled, the provider's otherwise. */
export function clockOf(request: Pick<SharingRequest, 'clock' | 'completion'>): ClockView {
  return request.completion ? { ...request.clock, ...request.completion, stage: 'completion' } : request.clock
}

/** Whose turn it is, in words. */
export function turnOf(request: SharingRequest): string {
  return t(`requestTurn.${request.state}`, { consumer: request.consumer_name, provider: request.provider_name })
}
