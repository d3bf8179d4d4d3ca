// Looks at a table through the department's agent and asks for a proposal. Either part may fail without the other.
import { ref } from 'vue'
import { agents, proposals, type TableInfo, type TableProfile, type TableProposal } from '@/api'
import { useAct } from '@/composables/useAct'
import type { Place } from './place'

export function useTableProposal() {
  const profile = ref<TableProfile | null>(null)
  const proposal = ref<TableProposal | null>(null)
  const profiling = useAct()
  const proposing = useAct()
  let wanted = ''

  /** Answers the proposal; `null` when another table was chosen meanwhile or none could be made. */
  async function look(place: Place, table: TableInfo): Promise<TableProposal | null> {
    const key = `${place.agent} ${place.source} ${table.name}`
    wanted = key
    profile.value = null
    proposal.value = null
    const seen = (await profiling.run(() => agents.profile(place.agent, place.source, table.name))) ?? null
    if (wanted !== key) return null
    profile.value = seen
    // Without a profile the names and comments still say something.
    const made = (await proposing.run(() => proposals.ofTable(table, seen))) ?? null
    if (wanted !== key) return null
    proposal.value = made
    return made
  }

  return { profile, proposal, profiling, proposing, look }
}
